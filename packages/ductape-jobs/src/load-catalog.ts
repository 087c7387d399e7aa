import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The catalog cannot be loaded. The message says why, with the file and line where that is known. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
}

/** Bundled CommonJS packages call it. */
const requireBanner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * The products that a file of TypeScript or JavaScript exports as `products`, not checked yet. It is bundled first, so that it may import
 * whatever esbuild understands, and so that a changed file is read anew. Throws a CatalogError.
 */
export async function loadCatalog(file: string): Promise<unknown[]> {
  if (!existsSync(file)) throw new CatalogError(`There is no catalog ${file}.`);
  const folder = await mkdtemp(join(tmpdir(), "ductape-catalog-"));
  try {
    const outfile = join(folder, "catalog.mjs");
    await bundle(resolve(file), outfile);
    const { products } = (await evaluated(file, outfile)) as { products?: unknown };
    if (Array.isArray(products)) return products;
    throw new CatalogError(`${file} must export the products as an array: export const products = [shop];`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(entry: string, outfile: string): Promise<void> {
  const { build, formatMessages } = await import("esbuild");
  try {
    const format = { format: "esm", platform: "node", target: "node24", banner: { js: requireBanner } } as const;
    await build({ entryPoints: [entry], outfile, bundle: true, sourcemap: "inline", logLevel: "silent", ...format });
  } catch (error) {
    const { errors } = error as { errors?: Parameters<typeof formatMessages>[0] };
    if (!errors) throw error;
    const lines = await formatMessages(errors, { kind: "error", color: false });
    throw new CatalogError(`The catalog does not compile:\n${lines.join("").trimEnd()}`);
  }
}

async function evaluated(file: string, outfile: string): Promise<object> {
  try {
    return await import(pathToFileURL(outfile).href);
  } catch (cause) {
    throw new CatalogError(`${file} throws while it is loaded: ${(cause as Error)?.message ?? cause}`, { cause });
  }
}
