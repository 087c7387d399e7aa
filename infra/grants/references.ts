import { ArnFormat, type Stack, Token } from "aws-cdk-lib/core";
import type { Access } from "../../lambdas/core/catalog/access.ts";
import { hooksOf } from "../../lambdas/core/catalog/hooks.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { referencesIn } from "../../lambdas/core/catalog/references.ts";
import { sessionsOf } from "../../lambdas/core/catalog/sessions.ts";
import { webhooksOf } from "../../lambdas/core/catalog/webhook.ts";
import { accessGrants } from "./access-grants.ts";
import { allow, type Capability } from "./capability.ts";

/** Reading the secrets and parameters that these entries of the catalog name. */
export function referenceAccess(entries: readonly unknown[]): Access[] {
  const references = referencesIn(entries);
  const secrets = references.flatMap((reference) => ("$secret" in reference ? [secretNamed(reference.$secret)] : []));
  const parameters = references.flatMap((reference) =>
    "$parameter" in reference ? [{ service: "ssm", resource: `parameter${reference.$parameter}` }] : [],
  );
  return [
    ...secrets.map((arn) => ({ actions: ["secretsmanager:GetSecretValue"], resources: [arn] })),
    ...parameters.map((arn) => ({ actions: ["ssm:GetParameter"], resources: [arn] })),
  ];
}

/** Reading the URLs and secrets that the webhooks of the catalog name, for the function that sends them. */
export const webhookGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  accessGrants(stack, "webhooks", referenceAccess(products.map(webhooksOf)));

/** Reading the secrets that the hooks of the catalog name, for the function that checks deliveries. */
export const hookGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  accessGrants(
    stack,
    "hooks",
    referenceAccess(
      products.flatMap((product) => Object.values(hooksOf(product)).map(({ verify, envs }) => [verify, envs])),
    ),
  );

/** Reading the secrets by which issuers know the deployment, for the function that lets people sign in. */
export const signInGrants = (stack: Stack, issuers: readonly unknown[]): Capability[] =>
  accessGrants(stack, "sign-in", referenceAccess(issuers));

/**
 * Reading the secret with the headers for exported spans, for the function that exports them. Its name may be a token, as that of a secret
 * of the same app, which the text of an `Fn::Sub` has no room for.
 */
export const spansGrants = (stack: Stack, secret: string): Capability[] =>
  Token.isUnresolved(secret)
    ? [allow(["secretsmanager:GetSecretValue"], [arnOfDeployed(stack, secret)])]
    : accessGrants(stack, "spans", referenceAccess([{ $secret: secret }]));

const arnOfDeployed = (stack: Stack, name: string): string =>
  stack.formatArn({ ...secretNamed(name), arnFormat: ArnFormat.NO_RESOURCE_NAME });

/** Reading the secrets that the sessions of the catalog name, for the functions that check tokens. */
export const sessionGrants = (stack: Stack, products: readonly Product[]): Capability[] =>
  accessGrants(stack, "sessions", referenceAccess(products.map(sessionsOf)));

/**
 * Secrets Manager ends the ARN of every secret with a hyphen and six characters that are not known before it exists.
 * Six `?` match those and nothing longer, so that `shop` does not open `shop-admin`.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
 */
const secretNamed = (name: string) => ({ service: "secretsmanager", resource: `secret:${name}-??????` });
