import type { Plugin } from "esbuild";
import { optionalPackages } from "./needed-packages.ts";

/** In the place of one that is not installed stands what a job that needs it fails with. A deployment of a catalog that needs it is refused. */
export const notInstalled: Plugin = {
  name: "not-installed",
  setup({ onResolve, onLoad, resolve }) {
    onResolve(
      { filter: new RegExp(`^(${optionalPackages.join("|")})(/|$)`) },
      async ({ path, pluginData, ...from }) => {
        if (pluginData !== undefined) return undefined;
        const found = await resolve(path, { ...from, pluginData: notInstalled });
        return found.errors.length === 0 ? undefined : { path, namespace: "not-installed" };
      },
    );
    onLoad({ filter: /.*/, namespace: "not-installed" }, ({ path }) => ({
      // CommonJS, from which any name may be imported.
      contents: `module.exports = (() => { throw new Error(${JSON.stringify(reason(path))}); })();`,
    }));
  },
};

const reason = (name: string) => `The package ${name} is not installed: run npm install ${name}, and deploy again.`;
