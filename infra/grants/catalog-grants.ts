import type { Stack } from "aws-cdk-lib/core";
import { receiverAddresses } from "../../lambdas/core/catalog/alerts.ts";
import { targetsOf } from "../../lambdas/core/catalog/catalog.ts";
import { isCodeTarget } from "../../lambdas/core/catalog/code-target.ts";
import type { CheckedJobType, Product } from "../../lambdas/core/catalog/job-type.ts";
import { targetsAlone } from "../../lambdas/core/catalog/targets/group.ts";
import { accessGrants } from "./access-grants.ts";
import type { Capability } from "./capability.ts";
import { referenceAccess } from "./references.ts";

/** Everything that the catalog asks for the consumer of a type, and nothing else. */
export function catalogGrants(stack: Stack, products: readonly Product[], definition: CheckedJobType): Capability[] {
  // A group has access to nothing: its members have.
  const all = products.flatMap((product) => Object.values(targetsAlone(targetsOf(product, definition))));
  // What code reads, its own role may.
  const targets = all.filter((target) => !isCodeTarget(target as object));
  const access = targets.flatMap((target) => definition.access?.(target) ?? []);
  const called = [...targets, ...calledBeside(products, definition)];
  return accessGrants(stack, `${definition.type} jobs`, [...referenceAccess(called), ...access]);
}

/** What jobs of a type call beside the targets of its section. */
function calledBeside(products: readonly Product[], { type }: CheckedJobType): unknown[] {
  if (type === "function") return served(products);
  // A receiver of alerts that is an address is called as an app is.
  return type === "action" ? products.flatMap(receiverAddresses) : [];
}

/** The features whose code runs elsewhere: steps of them that take long are jobs of functions. */
const served = (products: readonly Product[]): object[] =>
  products.flatMap(({ features = {} }) =>
    Object.values(features as Record<string, object>).filter((target) => "envs" in target),
  );
