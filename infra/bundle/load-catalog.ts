import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleCatalog, CatalogError } from "./bundle-catalog.ts";

/** The products that a file exports as `products`, not checked yet. Throws a CatalogError if it does not load. */
export async function loadCatalog(file: string): Promise<unknown[]> {
  if (!existsSync(file)) throw new CatalogError(`There is no catalog ${file}.`);
  const folder = await mkdtemp(join(tmpdir(), "ductape-catalog-"));
  try {
    // A file of its own, so that one that has changed is read anew.
    const compiled = join(folder, "catalog.mjs");
    await bundleCatalog(resolve(file), compiled);
    const { products } = (await evaluated(file, compiled)) as { products?: unknown };
    if (Array.isArray(products)) return products;
    throw new CatalogError(`${file} must export the products as an array: export const products = [shop];`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function evaluated(file: string, compiled: string): Promise<object> {
  try {
    return await withoutStdout(() => import(pathToFileURL(compiled).href));
  } catch (cause) {
    throw new CatalogError(`${file} throws while it is loaded: ${(cause as Error)?.message ?? cause}`, { cause });
  }
}

/** What writes to standard output, kept while catalogs are loaded, and how many are. */
const output = { write: process.stdout.write, loading: 0 };

/** Modules may print as they are loaded, as dotenv does. Standard output is only what was asked for, so that goes to standard error. */
async function withoutStdout<Value>(load: () => Promise<Value>): Promise<Value> {
  const { stdout, stderr } = process;
  if (output.loading === 0) {
    output.write = stdout.write;
    stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  }
  output.loading += 1;
  try {
    return await load();
  } finally {
    output.loading -= 1;
    if (output.loading === 0) stdout.write = output.write;
  }
}
