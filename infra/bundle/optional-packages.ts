import type { Plugin } from "esbuild";

/** Clients of one kind of target each. A team installs those that its catalog needs; they are peers of the package. */
const optional = ["@azure/storage-blob", "@google-cloud/storage", "google-auth-library", "mongodb", "mysql2", "pg"];

/** In the place of one that is not installed stands what a job that needs it fails with. Synthesis says so earlier, where it can. */
export const optionalPackages: Plugin = {
  name: "optional-packages",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: new RegExp(`^(${optional.join("|")})(/|$)`) }, async ({ path, pluginData, ...from }) => {
      if (pluginData !== undefined) return undefined;
      const found = await resolve(path, { ...from, pluginData: optionalPackages });
      return found.errors.length === 0 ? undefined : { path, namespace: "not-installed" };
    });
    onLoad({ filter: /.*/, namespace: "not-installed" }, ({ path }) => ({
      // CommonJS, from which any name may be imported.
      contents: `module.exports = (() => { throw new Error(${JSON.stringify(reason(path))}); })();`,
    }));
  },
};

const reason = (name: string) => `The package ${name} is not installed: run npm install ${name}, and deploy again.`;
