import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleCatalog } from "./bundle-catalog.ts";

/** The products that a file exports, unchecked. What it is compiled to is put into the folder. Throws if it does not load. */
export async function loadCatalog(file: string, folder: string): Promise<unknown[]> {
  const compiled = join(folder, "catalog.mjs");
  await bundleCatalog(file, compiled);
  const { products } = (await import(pathToFileURL(compiled).href)) as { products?: unknown };
  if (!Array.isArray(products)) throw new Error(`${file} must export a list: export const products = [...]`);
  return products;
}
