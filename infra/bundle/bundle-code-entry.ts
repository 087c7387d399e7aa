import { bundleCode } from "./bundle-code.ts";
import type { CodeEntry } from "./code-entries.ts";

/**
 * `node infra/bundle/bundle-code-entry.ts <product> <entries> <folder> [<catalog>]`: a process of its own, because the CDK asks for bundles
 * synchronously.
 */
const [product = "", entries = "[]", folder = "", catalog] = process.argv.slice(2);
try {
  await bundleCode(product, JSON.parse(entries) as CodeEntry[], { catalog, folder });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
