import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./run-local.ts";

/** What `npm start` and `npm run keys` consist of, and the product of the tests. */
const parts = ["lambdas", "local", "keys", "test/support/catalog", "package.json", "tsconfig.json"];

/** A copy of the code in `folder`, whose catalog is the one of the tests. It may be changed without harm. */
export function checkout(folder: string): string {
  for (const part of parts) cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "products"));
  writeFileSync(join(folder, "products/index.ts"), 'export { products } from "../test/support/catalog/products.ts";\n');
  return folder;
}
