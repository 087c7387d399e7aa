import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { edited } from "./edits.ts";
import { calledMethods } from "./own-sources.ts";

const schemas = "zod/v4/classic/schemas.js";
const start = 'export const ZodString = /*@__PURE__*/ core.$constructor("ZodString", ';
const method = /^ {4}(\w+)\(\w*\) \{\n {8}return this\.check\(core\._\w+\(Zod\w+, params\)\);\n {4}\},\n/gm;

/**
 * Every string of zod has the methods of all formats (`z.string().email()`), deprecated for functions (`z.email()`), and
 * with them come all formats. Those that our code does not call are left out.
 * https://zod.dev/v4/changelog#deprecates-email-etc
 */
export const stringFormats: Plugin = {
  name: "string-formats",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/zod\/v4\/classic\/schemas\.js$/ }, async ({ path }) => ({
      contents: withoutFormats(directUtil.reduce(edited, await readFile(path, "utf8")), calledMethods),
    }));
  },
};

/** A namespace within a namespace is an object, and has everything in it. */
const directUtil = [
  { file: schemas, text: 'import { util } from "../core/index.js";', by: 'import * as util from "../core/util.js";' },
  { file: schemas, text: "core.util.constantCatch(", by: "util.constantCatch(" },
];

/** Throws, so that no bundle is made, where zod has changed. */
export function withoutFormats(source: string, called: ReadonlySet<string>): string {
  const from = source.indexOf(start);
  const to = source.indexOf("\n});\n", from) + 1;
  const block = source.slice(from, to);
  if (from < 0 || block.search(method) < 0) throw new Error("infra/bundle/zod.ts does not find zod's string formats");
  const kept = block.replaceAll(method, (text, name: string) => (called.has(name) ? text : ""));
  return source.slice(0, from) + kept + source.slice(to);
}
