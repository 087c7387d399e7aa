import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The text of all that functions are made of. */
const text = ["lambdas", "products"]
  .map((name) => fileURLToPath(new URL(`../../${name}/`, import.meta.url)))
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

/** The names of classes, and whatever else begins with a capital, that our own code has somewhere. */
export const capitalNames: ReadonlySet<string> = new Set(text.match(/\b[A-Z]\w+\b/g));

/** The names of methods that our own code calls of something other than `z` and `z.iso`. */
export const calledMethods: ReadonlySet<string> = new Set(text.match(/(?<!\b(?:z|iso))(?<=\.)\w+(?=\()/g));
