import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoApiKeys } from "../dynamodb/api-keys.ts";
import { makeLog } from "../log/log.ts";
import type { AuthorizerEnv } from "./env.ts";
import { onlySecrets } from "./start-only-secrets.ts";
import { systemClock } from "./system-clock.ts";

/**
 * Connects the ports of the authorizer to their adapters. It reads no SSM parameters, and creates the client of Secrets Manager
 * when a request needs it.
 */
export function startAuthorizer(env: AuthorizerEnv) {
  const secrets = onlySecrets();
  return {
    keys: dynamoApiKeys({ client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME }),
    deployedKey: () => secrets.resolve({ $secret: env.API_KEY_SECRET }),
    clock: systemClock,
    log: makeLog("authorizer"),
  };
}
