import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

/**
 * Node's own modules by `process.getBuiltinModule`: an ES module that imports one reads all of its exports at once, and
 * behind those of `node:http` is undici, which takes longer to load than all of our code. The SDK imports that one lazily,
 * and gets it without what undici is behind; for all others Node's own lazy import will do.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const builtins: Plugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)*$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const name = path.replace(/^node:/, "");
      if (kind !== "dynamic-import") return { path: name, namespace: "builtin" };
      return name === "http" ? { path: name, namespace: "lazy-builtin" } : { path: `node:${name}`, external: true };
    });
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}")`,
    }));
    onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => ({
      contents: `const found = process.getBuiltinModule("node:${path}");
        export default found;
        export const { ${plainExportsOf(path).join(", ")} } = found;`,
    }));
  },
};

/** The exports that are values: a getter computes or loads something when it is read. */
const plainExportsOf = (builtin: string): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(builtin)))
    .filter(([, descriptor]) => "value" in descriptor)
    .map(([name]) => name);

/**
 * Lazy imports of CommonJS packages with the names that Node would find in them: esbuild gives a chunk that is made of
 * one a default export only.
 */
export const commonJs: Plugin = {
  name: "commonjs",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[^.]/ }, async ({ path, kind, namespace, pluginData, ...from }) => {
      if (kind !== "dynamic-import" || isBuiltin(path) || pluginData !== undefined) return undefined;
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
