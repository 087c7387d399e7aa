import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoEndpoints } from "../dynamodb/endpoints.ts";
import { dynamoFailures } from "../dynamodb/failures.ts";

/** The adapters of what people watch, and no job needs: they are loaded together. */
export const startWatching = (at: { client: DynamoDBClient; table: string }) => ({
  failures: dynamoFailures(at),
  endpoints: dynamoEndpoints(at),
});
