import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Catalog } from "../../core/catalog/catalog.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { given } from "../../core/schema/given.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoWaits } from "../dynamodb/waits.ts";
import { type ApiEnv, deploymentOf, limitsOf } from "./env.ts";
import { startServices } from "./start-up.ts";

/** Connects the ports of the API to their adapters, which share a DynamoDB client. */
export function startApi(env: ApiEnv, catalog: Catalog): ApiServices {
  const client = new DynamoDBClient(clientDefaults);
  return {
    ...startServices("api", env, catalog, client),
    waits: dynamoWaits({ client, table: env.TABLE_NAME }),
    limits: limitsOf(env),
    ...given({ deployment: deploymentOf(env) }),
  };
}
