import type { Stack } from "aws-cdk-lib/core";
import type { Product } from "../lambdas/core/catalog.ts";
import type { JobType } from "../lambdas/core/job.ts";
import type { JobTypeDefinition } from "../lambdas/core/job-type.ts";
import type { Capability } from "./capability.ts";
import { databaseGrants } from "./grants/database-action.ts";
import { functionGrants } from "./grants/function.ts";
import { notificationGrants } from "./grants/notification.ts";
import { referenceGrants } from "./grants/references.ts";
import { storageGrants } from "./grants/storage.ts";

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
