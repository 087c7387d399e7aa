import { products } from "#catalog";
import { missingPackages } from "../../infra/bundle/needed-packages.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../lambdas/core/catalog/check-catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { referencesIn, type TextOrReference } from "../../lambdas/core/catalog/references.ts";
import type { Fault } from "../../lambdas/core/errors.ts";
import { targetsAlone } from "../../lambdas/core/targets/group.ts";
import type { CatalogNeeds } from "./protocol.ts";

/** The faults of the catalog that is on disk now, and what it needs around it. */
export function inspectCatalog(): { faults: Fault[]; needs: CatalogNeeds } {
  const faults = checkCatalog(products, registry);
  if (faults.length > 0) return { faults, needs: { references: [], buckets: [], missing_packages: [] } };
  const checked: readonly Product[] = products;
  return {
    faults,
    needs: {
      references: referencesIn(checked),
      buckets: checked.flatMap(bucketsOf),
      missing_packages: missingPackages(checked),
    },
  };
}

function bucketsOf(product: Product): TextOrReference[] {
  const storages = targetsAlone((product[registry.storage.section] ?? {}) as Record<string, unknown>);
  const places = Object.values(storages as Record<string, { envs: object }>).flatMap(({ envs }) => Object.values(envs));
  return (places as { provider: string; bucket?: TextOrReference }[]).flatMap(({ provider, bucket }) =>
    provider === "s3" && bucket !== undefined ? [bucket] : [],
  );
}
