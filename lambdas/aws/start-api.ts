import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Catalog } from "../core/catalog.ts";
import type { ApiServices } from "../core/services.ts";
import { clientDefaults } from "./client-defaults.ts";
import { dynamoWaits } from "./dynamo-waits.ts";
import { type ApiEnv, limitsOf } from "./env.ts";
import { startServices } from "./start-up.ts";

/** The ports of the API on their adapters, with one client of DynamoDB for all of them. */
export function startApi(env: ApiEnv, catalog: Catalog): ApiServices {
  const client = new DynamoDBClient(clientDefaults);
  return {
    ...startServices("api", env, catalog, client),
    waits: dynamoWaits({ client, table: env.TABLE_NAME }),
    limits: limitsOf(env),
  };
}
