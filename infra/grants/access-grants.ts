import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Stack } from "aws-cdk-lib/core";
import type { Access, Arn } from "../../lambdas/core/catalog/access.ts";
import { arnOf } from "./arn.ts";
import type { Capability } from "./capability.ts";

/** What job types ask of AWS for the targets of the catalog, as grants in a stack. */
export function accessGrants(stack: Stack, access: readonly Access[]): Capability[] {
  const different = new Map(access.map((one) => [JSON.stringify(one), one]));
  return [...different.values()]
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .map((one) => capability(stack, one));
}

/** Exact grants first, then those with wildcards, then what is granted by exclusion; else in the order of the catalog. */
const rankOf = (access: Access): number => ("notResources" in access ? 2 : access.reason === undefined ? 0 : 1);

function capability(stack: Stack, access: Access): Capability {
  const arns = (of: readonly (string | Arn)[]) =>
    of.map((arn) => (typeof arn === "string" ? arn : arnOf(stack, arn.service, arn.resource, arn)));
  const conditions = {
    ...access.conditions,
    ...(access.ownAccountOnly && {
      StringEquals: { ...access.conditions?.StringEquals, "aws:ResourceAccount": stack.account },
    }),
  };
  const resources =
    "notResources" in access ? { notResources: arns(access.notResources) } : { resources: arns(access.resources) };
  return {
    statement: new PolicyStatement({ actions: [...access.actions], ...resources, conditions }),
    ...(access.reason !== undefined && { because: access.reason }),
  };
}
