import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** Reads the value with a name; undefined if it has no string value. */
export type ReadValue = (name: string) => Promise<string | undefined>;

/** Reads secrets from Secrets Manager. The client is created when it is first needed. */
export const secretReader =
  (client: () => SecretsManagerClient | Promise<SecretsManagerClient>): ReadValue =>
  async (name) => {
    const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
    return (await (await client()).send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  };
