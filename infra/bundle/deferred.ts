import { join } from "node:path";
import type { Plugin } from "esbuild";
import { belowModules, modules } from "./edits.ts";

/**
 * What few requests need of packages, each group a CommonJS bundle of its own beside the function's: it is loaded by its
 * first use, and without a promise, so that what is pure and synchronous in `core` stays so.
 */
const groups: Record<string, string[]> = {
  // Jobs that recur by a cron expression.
  "deferred-cron": ["croner/dist/croner.js"],
  // The documents of the API: every schema of zod knows how it is written as JSON Schema.
  "deferred-json-schema": [
    "zod/v4/core/json-schema-processors.js",
    "zod/v4/core/json-schema-generator.js",
    "zod/v4/core/to-json-schema.js",
  ],
};

const groupOf = new Map(
  Object.entries(groups).flatMap(([group, files]) => files.map((file) => [file, group] as const)),
);

/** What is in the bundle of a group: everything of its modules. */
export const sourceOf = (group: string): string =>
  (groups[group] ?? []).map((file) => `export * from ${JSON.stringify(join(modules, file))};`).join("\n");

/** Instead of deferred modules their functions and classes, which load them. `found` gets the groups that a bundle needs. */
export const defer = (found: Set<string>): Plugin => ({
  name: "deferred",
  setup({ onLoad, onResolve }) {
    onLoad(
      { filter: /\/(croner|json-schema-processors|json-schema-generator|to-json-schema)\.js$/ },
      async ({ path }) => {
        const group = groupOf.get(belowModules(path));
        if (group === undefined) return undefined;
        found.add(group);
        return { contents: standIns(group, Object.entries(await import(path))) };
      },
    );
    onResolve({ filter: /^\.\/deferred-[\w-]+\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
});

/** Stands for a function or class in everything that can be done with it. A module's other values cannot be deferred. */
const standIns = (group: string, values: [string, unknown][]): string => `
  const all = () => require("./${group}.cjs");
  const standIn = (name) =>
    new Proxy(class {}, {
      get: (_, key) => all()[name][key],
      apply: (_, self, args) => Reflect.apply(all()[name], self, args),
      construct: (_, args) => Reflect.construct(all()[name], args),
    });
  ${values
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => `export const ${name} = /* @__PURE__ */ standIn("${name}");`)
    .join("\n")}`;
