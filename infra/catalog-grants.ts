import type { Stack } from "aws-cdk-lib/core";
import { type Product, targetsOf } from "../lambdas/core/catalog.ts";
import type { JobTypeDefinition } from "../lambdas/core/job-type.ts";
import { referencesIn } from "../lambdas/core/references.ts";
import { allow, type Capability } from "./capability.ts";

export interface ReferencedNames {
  secrets: string[];
  parameters: string[];
}

/** The names in AWS that the targets of one job type refer to, over all products and envs; sorted, each once. */
export function referencedNames(products: readonly Product[], definition: JobTypeDefinition): ReferencedNames {
  const references = products.flatMap((product) => referencesIn(targetsOf(product, definition)));
  const sorted = (names: string[]) => [...new Set(names)].sort();
  return {
    secrets: sorted(references.flatMap((reference) => ("$secret" in reference ? [reference.$secret] : []))),
    parameters: sorted(references.flatMap((reference) => ("$parameter" in reference ? [reference.$parameter] : []))),
  };
}

/** What the consumer of a type may read: exactly the secrets and parameters that its targets name. */
export function catalogGrants(stack: Stack, { secrets, parameters }: ReferencedNames): Capability[] {
  const secretArns = secrets.map((name) => secretArn(stack, name));
  const parameterArns = parameters.map((path) => parameterArn(stack, path));
  return [
    ...(secretArns.length > 0 ? [allow(["secretsmanager:GetSecretValue"], secretArns)] : []),
    ...(parameterArns.length > 0 ? [allow(["ssm:GetParameter"], parameterArns)] : []),
  ];
}

/**
 * Secrets Manager ends the ARN of every secret with a hyphen and six characters that are not known before it exists.
 * Six `?` match those and nothing longer, so that `shop` does not open `shop-admin`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
 */
const secretArn = (stack: Stack, name: string): string =>
  `arn:${stack.partition}:secretsmanager:${stack.region}:${stack.account}:secret:${name}-??????`;

const parameterArn = (stack: Stack, path: string): string =>
  `arn:${stack.partition}:ssm:${stack.region}:${stack.account}:parameter${path}`;
