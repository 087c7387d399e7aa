import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodeTarget, isCodeTarget } from "../../lambdas/core/catalog/code-target.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import type { Reference } from "../../lambdas/core/catalog/references.ts";
import { targetsAlone } from "../../lambdas/core/catalog/targets/group.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import { jsonPointer } from "../../lambdas/core/kernel/schema.ts";

/** A function or a feature in code, as an entry of the catalog has it. */
export interface CodeEntry {
  section: "functions" | "features";
  /** The entry's name. */
  name: string;
  /** The module, by its path from the file of the catalog. */
  code: string;
  export: string;
  secrets: readonly Reference[];
}

/** The functions and features in code of each product that has any, by its tag. */
export const codeEntriesOf = (products: readonly Product[]): Record<string, CodeEntry[]> =>
  Object.fromEntries(
    products.flatMap((product) => {
      const entries = entriesOf(product);
      return entries.length > 0 ? [[product.tag, entries]] : [];
    }),
  );

const entriesOf = (product: Product): CodeEntry[] =>
  (["functions", "features"] as const).flatMap((section) => {
    const targets = targetsAlone((product[section] ?? {}) as Record<string, object>) as Record<string, object>;
    return Object.entries(targets).flatMap(([name, target]) =>
      isCodeTarget(target) ? [entryOf(section, name, target)] : [],
    );
  });

const entryOf = (
  section: CodeEntry["section"],
  name: string,
  { code, secrets = [], ...target }: CodeTarget,
): CodeEntry => ({
  section,
  name,
  code,
  export: target.export ?? name,
  secrets,
});

/** The file of the repository's own catalog, which `#catalog` names. */
const ownCatalog = fileURLToPath(new URL("../../products/index.ts", import.meta.url));

/** The module of an entry. `catalog` is the file of a team's catalog. */
export const moduleOf = ({ code }: Pick<CodeEntry, "code">, catalog: string | undefined): string =>
  resolve(dirname(catalog ?? ownCatalog), code);

/** The folder that names of modules count from, in messages and stacks: the one above the catalog's. */
export const codeRoot = (catalog: string | undefined): string => resolve(dirname(catalog ?? ownCatalog), "..");

/** The faults of entries whose modules do not exist; pointers start with the product's tag. */
export const missingModules = (
  entries: Readonly<Record<string, readonly CodeEntry[]>>,
  catalog: string | undefined,
): Fault[] =>
  Object.entries(entries).flatMap(([product, ones]) =>
    ones
      .filter((entry) => !existsSync(moduleOf(entry, catalog)))
      .map((entry) => ({
        pointer: jsonPointer([product, entry.section, entry.name, "code"]),
        detail: `${moduleOf(entry, catalog)} does not exist. The path counts from the file of the catalog.`,
      })),
  );
