import type { Where } from "./deployment.ts";
import { KeysError } from "./keys-error.ts";

/** Runs an AWS call. Turns the common errors into a KeysError that says what to do. */
export async function withRemedies<T>(where: Where, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const remedy = remedyOf(cause, where);
    throw remedy === undefined ? cause : new KeysError(remedy, { cause });
  }
}

/** By name: the SDK's clients have no classes for most of these. */
function remedyOf(error: unknown, { stage, table }: Where): string | undefined {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  if (name === "CredentialsProviderError") {
    return "There are no AWS credentials: set AWS_PROFILE, or log in as for any AWS tool. For `npm start`, use --local.";
  }
  if (/region is missing/i.test(message))
    return "There is no AWS Region: set AWS_REGION to the Region of the deployment.";
  if (/^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature)/.test(name)) {
    return `AWS does not accept these credentials (${name}): log in again.`;
  }
  if (/^AccessDenied/.test(name)) {
    const needs =
      "cloudformation:DescribeStacks on the service stack, and dynamodb:PutItem, Query and UpdateItem on its table";
    return `These credentials lack permissions. Creating, listing and revoking keys requires ${needs}.`;
  }
  if (name === "ResourceNotFoundException") {
    return `There is no table ${table} in this account and Region. The stack output TableName has the right name.`;
  }
  if (name === "ValidationError" && /does not exist/.test(message)) {
    return `There is no deployment of the stage "${stage}" in this account and Region: name another one with --stage, or its table with --table.`;
  }
  return undefined;
}
