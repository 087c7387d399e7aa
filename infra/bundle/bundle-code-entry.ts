import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { bundleCode } from "./bundle-code.ts";
import type { CodeEntry } from "./code-entries.ts";
import { sizeFault } from "./code-size.ts";

/**
 * `node infra/bundle/bundle-code-entry.ts <product> <folder> [<catalog>]`, with the entries as JSON on its standard input: they may be more
 * than an argument holds. A process of its own, because the CDK asks for bundles synchronously.
 */
const [product = "", folder = "", catalog] = process.argv.slice(2);
try {
  await bundleCode(product, (await json(process.stdin)) as CodeEntry[], { catalog, folder });
  const fault = sizeFault(product, await bytesIn(folder));
  if (fault !== undefined) throw new Error(fault);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bytesIn(place: string): Promise<number> {
  const files = await readdir(place);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(place, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
