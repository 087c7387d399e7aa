import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** The text behind a name; undefined if there is none. */
export type ReadValue = (name: string) => Promise<string | undefined>;

/** Secrets of Secrets Manager; its client is made when first needed. */
export const secretReader =
  (client: () => SecretsManagerClient | Promise<SecretsManagerClient>): ReadValue =>
  async (name) => {
    const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
    return (await (await client()).send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  };
