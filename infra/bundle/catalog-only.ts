import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * What a definition knows of its targets is for the check of the catalog, which has run when a function is deployed: in a
 * function its schemas would be made at every start. What an executor imports itself it gets.
 */
const parts = /^\.\/(target|check-feature)\.ts$/;

export const catalogOnly: Plugin = {
  name: "catalog-only",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: parts }, ({ path, importer }) =>
      basename(importer) === "definition.ts"
        ? { path: join(dirname(importer), path), namespace: "catalog-only" }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "catalog-only" }, async ({ path }) => ({
      contents: refusing(await readFile(path, "utf8")),
    }));
  },
};

/** The module's functions, which refuse. */
export const refusing = (source: string): string =>
  [...source.matchAll(/^export (?:const (\w+) = \(|function (\w+)\()/gm)]
    .map(([, constant, declared]) => constant ?? declared)
    .map((name) => `export function ${name}() { throw new Error("a deployed catalog is not checked: ${name}"); }`)
    .join("\n");
