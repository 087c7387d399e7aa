import { applyEdits, modify, parse } from "jsonc-parser";

/** The parts of a tsconfig.json that say which files it compiles. https://www.typescriptlang.org/tsconfig/#exclude */
interface Options {
  files?: string[];
  include?: string[];
  exclude?: string[];
  compilerOptions?: { outDir?: string };
}

/** What patterns of `include` begin with that lead into any folder. */
const anywhere = ["", ".", "**", "*"];

const firstOf = (pattern: string): string => pattern.replace(/^\.\//, "").split("/")[0] ?? "";

/** A tsconfig.json, comments and all, that does not compile what is in a folder. */
export function withExcluded(text: string, folder: string): string {
  const { files, include, exclude, compilerOptions } = Object(parse(text, [], { allowTrailingComma: true })) as Options;
  const compiles = include
    ? include.some((pattern) => [...anywhere, folder].includes(firstOf(pattern)))
    : files === undefined;
  if (!compiles || exclude?.some((pattern) => firstOf(pattern) === folder)) return text;
  // What is excluded where nothing is said, which it no longer is where something is.
  const byDefault = ["node_modules", ...(compilerOptions?.outDir ? [compilerOptions.outDir] : [])];
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? "  ";
  const formattingOptions = {
    insertSpaces: !indent.includes("\t"),
    tabSize: indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
  const edits = exclude
    ? modify(text, ["exclude", exclude.length], folder, { formattingOptions, isArrayInsertion: true })
    : modify(text, ["exclude"], [...byDefault, folder], { formattingOptions });
  return applyEdits(text, edits);
}
