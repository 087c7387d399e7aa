import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

/**
 * Node's own modules by `process.getBuiltinModule`: an ES module that imports one reads all of its exports at once, and
 * behind those of `node:http` is undici, which costs a cold start more than anything of ours.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const builtins: Plugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)*$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      return { path: path.replace(/^node:/, ""), namespace: kind === "dynamic-import" ? "lazy-builtin" : "builtin" };
    });
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}")`,
    }));
    onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => ({
      contents: `const all = process.getBuiltinModule("node:${path}");
        export default all;
        export const { ${plainExports(path).join(", ")} } = all`,
    }));
  },
};

/** Without those that are computed when they are asked for. */
const plainExports = (builtin: string): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(`node:${builtin}`) ?? {}))
    .filter(([name, { value }]) => value !== undefined && name !== "default")
    .map(([name]) => name);

/**
 * Lazy imports of CommonJS packages with the names that Node would find in them: esbuild gives a chunk that is made of
 * one a default export only.
 */
export const commonJs: Plugin = {
  name: "commonjs",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^.]/ }, async ({ path, kind, namespace, pluginData, ...from }) => {
      if (kind !== "dynamic-import" || isBuiltin(path) || pluginData === commonJs) return undefined;
      const found = await resolve(path, { ...from, kind, pluginData: commonJs });
      const isModule = found.external || /^\s*(import|export)\b/m.test(await readFile(found.path, "utf8"));
      return isModule ? found : { path: found.path, namespace: "lazy-commonjs" };
    });
    onLoad({ filter: /.*/, namespace: "lazy-commonjs" }, async ({ path }) => {
      const names = Object.keys(await import(pathToFileURL(path).href)).filter((name) => /^\w+$/.test(name));
      return { contents: `export { ${names.join(", ")} } from ${JSON.stringify(path)}`, resolveDir: dirname(path) };
    });
  },
};
