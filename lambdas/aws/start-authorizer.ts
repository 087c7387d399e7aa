import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { once } from "../core/once.ts";
import { clientDefaults } from "./client-defaults.ts";
import { dynamoApiKeys } from "./dynamo-api-keys.ts";
import type { AuthorizerEnv } from "./env.ts";
import { makeLog } from "./log.ts";
import { secretReader } from "./secret-reader.ts";
import { awsSecrets } from "./secrets.ts";
import { systemClock } from "./system-clock.ts";

/** The ports of the authorizer on their adapters; of secrets only the one store, whose client is made when a request needs it. */
export function startAuthorizer(env: AuthorizerEnv) {
  const secrets = awsSecrets({
    readSecret: secretReader(
      once(async () => {
        const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
        return new SecretsManagerClient(clientDefaults);
      }),
    ),
    readParameter: () => Promise.reject(new Error("this Lambda reads no parameters")),
    clock: systemClock,
  });
  return {
    keys: dynamoApiKeys({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME }),
    deployedKey: () => secrets.resolve({ $secret: env.API_KEY_SECRET }),
    clock: systemClock,
    log: makeLog("authorizer"),
  };
}
