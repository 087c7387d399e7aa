import { products } from "#catalog";
import { codeEntriesOf } from "../../infra/bundle/code-entries.ts";
import { missingPackages } from "../../infra/bundle/needed-packages.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { referencesIn, type TextOrReference } from "../../lambdas/core/catalog/references.ts";
import { targetsAlone } from "../../lambdas/core/catalog/targets/group.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import { addressesOf } from "./addresses.ts";
import { firstRequest } from "./first-request.ts";
import type { CatalogNeeds } from "./protocol.ts";

/** The faults of the catalog that is on disk now, and what it needs around it. */
export function inspectCatalog(): { faults: Fault[]; needs: CatalogNeeds } {
  const faults = checkCatalog(products, registry);
  if (faults.length > 0)
    return {
      faults,
      needs: { references: [], buckets: [], queues: [], buses: [], addresses: [], code: {}, missing_packages: [] },
    };
  const checked: readonly Product[] = products;
  const brokers = checked.flatMap(brokersOf);
  return {
    faults,
    needs: {
      references: referencesIn(checked),
      buckets: checked.flatMap(bucketsOf),
      queues: brokers.flatMap(queuesOf),
      buses: brokers.flatMap(busesOf),
      addresses: addressesOf(checked),
      first: firstRequest(checked),
      code: codeEntriesOf(checked),
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

/** The places of a product's brokers: only these fields of them matter here. */
interface BrokerPlace {
  provider: string;
  bus?: string;
  topics: Record<string, { queue?: string }>;
}

function brokersOf(product: Product): BrokerPlace[] {
  const brokers = targetsAlone((product[registry.publish.section] ?? {}) as Record<string, unknown>);
  return Object.values(brokers as Record<string, { envs: Record<string, BrokerPlace> }>).flatMap(({ envs }) =>
    Object.values(envs),
  );
}

/** In its ARN the Region comes fourth, and in its URL in the host; the name is last in both. */
const queuesOf = ({ topics }: BrokerPlace): CatalogNeeds["queues"] =>
  Object.values(topics).flatMap(({ queue }) => {
    const [, region = ""] = /^(?:arn:[a-z-]+:sqs:|https:\/\/sqs\.)([a-z0-9-]+)/.exec(queue ?? "") ?? [];
    return queue === undefined ? [] : [{ name: queue.replace(/^.*[:/]/, ""), region }];
  });

const busesOf = ({ bus }: BrokerPlace): string[] => (bus === undefined ? [] : [bus.replace(/^.*:event-bus\//, "")]);
