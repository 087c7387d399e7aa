import type { Stack } from "aws-cdk-lib/core";
import type { JobTypeDefinition, Product } from "../../lambdas/core/catalog/job-type.ts";
import type { JobType } from "../../lambdas/core/job/job.ts";
import type { Capability } from "./capability.ts";
import { databaseGrants } from "./database-action.ts";
import { functionGrants } from "./function.ts";
import { notificationGrants } from "./notification.ts";
import { referenceGrants } from "./references.ts";
import { storageGrants } from "./storage.ts";

type Grants = (stack: Stack, products: readonly Product[]) => Capability[];

/** What the targets of a type let its consumer do in AWS with its own role, besides reading what they refer to. */
const ownGrants: Record<JobType, Grants> = {
  action: () => [],
  notification: notificationGrants,
  database_action: databaseGrants,
  function: functionGrants,
  storage: storageGrants,
  // Its steps are jobs of other types, and so are their rights.
  feature: () => [],
};

/** Everything that the catalog asks for the consumer of a type, and nothing else (docs/design.md 9). */
export const catalogGrants = (
  stack: Stack,
  products: readonly Product[],
  definition: JobTypeDefinition,
): Capability[] => [...referenceGrants(stack, products, definition), ...ownGrants[definition.type](stack, products)];
