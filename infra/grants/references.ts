import type { Stack } from "aws-cdk-lib/core";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { type Reference, referencesIn } from "../../lambdas/core/catalog/references.ts";
import { sessionsOf } from "../../lambdas/core/catalog/sessions.ts";
import { webhooksOf } from "../../lambdas/core/catalog/webhook.ts";
import { arnOf } from "./arn.ts";
import { allowEach, type Capability } from "./capability.ts";

/** Reading exactly the secrets and parameters that these entries of the catalog name. */
export const referenceGrants = (stack: Stack, entries: readonly unknown[]): Capability[] =>
  grantsFor(stack, referencesIn(entries));

/** Reading exactly the URLs and secrets that the webhooks of the catalog name, for the function that sends them. */
export const webhookGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  referenceGrants(stack, products.map(webhooksOf));

/** Reading exactly the secrets that the sessions of the catalog name, for the functions that check tokens. */
export const sessionGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  referenceGrants(stack, products.map(sessionsOf));

function grantsFor(stack: Stack, references: readonly Reference[]): Capability[] {
  const secrets = references.flatMap((reference) => ("$secret" in reference ? [reference.$secret] : []));
  const parameters = references.flatMap((reference) => ("$parameter" in reference ? [reference.$parameter] : []));
  return [
    ...granted("secretsmanager:GetSecretValue", secrets, (name) => secretArn(stack, name)),
    ...granted("ssm:GetParameter", parameters, (path) => arnOf(stack, "ssm", `parameter${path}`)),
  ];
}

const granted = (action: string, names: string[], arn: (name: string) => string): Capability[] =>
  allowEach([action], [...new Set(names)].sort().map(arn));

/**
 * Secrets Manager ends the ARN of every secret with a hyphen and six characters that are not known before it exists.
 * Six `?` match those and nothing longer, so that `shop` does not open `shop-admin`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
 */
const secretArn = (stack: Stack, name: string): string => arnOf(stack, "secretsmanager", `secret:${name}-??????`);
