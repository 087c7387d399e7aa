import type { Stack } from "aws-cdk-lib/core";
import { targetsOf } from "../../lambdas/core/catalog/catalog.ts";
import type { JobTypeDefinition, Product } from "../../lambdas/core/catalog/job-type.ts";

/** The ARN of something in the account of a stack, and in its Region unless another is said. */
export const arnOf = (stack: Stack, service: string, resource: string, region = stack.region): string =>
  `arn:${stack.partition}:${service}:${region}:${stack.account}:${resource}`;

/**
 * A name in a pattern of IAM's: a character that would mean something there, or in the id of an acknowledgement, is
 * left open as `?`, which is any one character. IAM could spell the former exactly, the CDK refuses such ids.
 */
export const literally = (name: string): string => name.replace(/[*?{}()[\]<>]/g, "?");

export const unique = (names: string[]): string[] => [...new Set(names)].sort();

/** What the targets of a type say of each env, over all products, as it is written: without the schema's defaults. */
export const settingsOf = <Setting>(products: readonly Product[], definition: JobTypeDefinition): Setting[] =>
  products.flatMap((product) =>
    Object.values(targetsOf(product, definition)).flatMap((target) =>
      Object.values((target as { envs: Record<string, Setting> }).envs),
    ),
  );

/**
 * Whether a server may be AWS's: the one that no endpoint is named for, one behind a reference, which nobody knows at
 * synth, or one of its host names. Others know nothing of IAM, so there is nothing to grant.
 */
export const mayBeAws = (endpoint: unknown): boolean =>
  typeof endpoint !== "string" ||
  !URL.canParse(endpoint) ||
  /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);
