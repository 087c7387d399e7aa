import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { BundledCode } from "../../infra/bundle/bundle-code.ts";
import type { CodeEntry } from "../../infra/bundle/code-entries.ts";

/** The code of the products that have any, by their tags. */
export type Bundles = ReadonlyMap<string, BundledCode>;

/** Bundles the code of a catalog, as a deployment does. A folder each time: the code before is still in use. */
export async function bundleAll(
  code: Readonly<Record<string, readonly CodeEntry[]>>,
  { catalog, folder }: { catalog: string | undefined; folder: string },
): Promise<Bundles> {
  const products = Object.entries(code);
  if (products.length === 0) return new Map();
  // Only those who have functions in code wait for esbuild.
  const { bundleCode, fileNameOf } = await import("../../infra/bundle/bundle-code.ts");
  const place = join(folder, randomUUID());
  return new Map(
    await Promise.all(
      products.map(
        async ([product, entries]) =>
          [product, await bundleCode(product, entries, { catalog, folder: join(place, fileNameOf(product)) })] as const,
      ),
    ),
  );
}
