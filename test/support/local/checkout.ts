import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "./run-local.ts";

/** The files that `npm start` and `npm run keys` need, with the built dashboard, and the product of the tests. */
const parts = [
  "lambdas",
  "local",
  "infra/bundle",
  "keys",
  "dashboard/dist",
  "test/support/catalog",
  "package.json",
  "tsconfig.json",
];
const products = 'export { products } from "../test/support/catalog/products.ts";\n';

/** A copy of the code in `folder` whose catalog is that of the tests. Tests may change it freely. */
export function checkout(folder: string): string {
  for (const part of parts) cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "products"));
  writeFileSync(join(folder, "products/index.ts"), products);
  return folder;
}

/**
 * A shared copy for all tests that change nothing in it. It is always in the same folder, since Node caches what it compiles by
 * a file's path. Several test files may ask for it at once.
 */
export function sharedCheckout(): string {
  const name = createHash("sha256").update(repository).digest("hex").slice(0, 12);
  const folder = join(tmpdir(), `ductape-checkout-${name}`);
  for (const file of parts.flatMap(filesIn)) update(join(folder, file), readFileSync(join(repository, file)));
  update(join(folder, "products/index.ts"), Buffer.from(products));
  try {
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return folder;
}

const filesIn = (part: string): string[] =>
  part.endsWith(".json")
    ? [part]
    : readdirSync(join(repository, part), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(repository.length + 1));

/** Replaces a file in one step, so that nobody reads half of it. */
function update(file: string, content: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}
