import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

export const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));

/** A file's path below node_modules, wherever those are: they may be linked, and esbuild goes by where links lead. */
export const belowModules = (path: string): string => path.split("node_modules/").at(-1) ?? path;

/** What a bundle has instead of a piece of a package. */
export interface Edit {
  /** Below node_modules. */
  file: string;
  /** Stands in the file exactly once. */
  text: string;
  by: string;
}

/** The part of a package that a function needs; throws, so that no bundle is made, where the package has changed under an edit. */
export function edited(source: string, { file, text, by }: Edit): string {
  const [before, after, ...more] = source.split(text);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`infra/bundle edits ${file}, where this does not stand once: ${text}`);
  return `${before}${by}${after}`;
}

/** Leaves out of packages what a Lambda never reaches. Throws where one of them has lost a file that is to be edited. */
export function edits(all: readonly Edit[]): Plugin {
  const byFile = Map.groupBy(all, ({ file }) => file);
  const files = [...byFile.keys()];
  const absent = files.find((file) => !existsSync(join(modules, file)));
  if (absent) throw new Error(`infra/bundle edits ${absent}: there is none`);
  const ends = files.map((file) => file.replaceAll(".", "\\."));
  return {
    name: "edits",
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`node_modules/(${ends.join("|")})$`) }, async ({ path }) => {
        const own = byFile.get(belowModules(path));
        return own && { contents: own.reduce(edited, await readFile(path, "utf8")) };
      });
    },
  };
}
