import type { Stack } from "aws-cdk-lib/core";
import type { Arn } from "../../lambdas/core/catalog/access.ts";

/** An ARN in the partition of a stack, and in its Region and account unless others are given. */
export const arnOf = (
  { partition, region: ownRegion, account: ownAccount }: Stack,
  service: string,
  resource: string,
  { region = ownRegion, account = ownAccount }: Partial<Pick<Arn, "region" | "account">> = {},
): string => `arn:${partition}:${service}:${region}:${account}:${resource}`;
