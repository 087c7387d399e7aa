import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoGates } from "../dynamodb/gates.ts";

/** The adapter of the gates, loaded with the first job that has limits. */
export const startGates = (at: { client: DynamoDBClient; table: string }) => dynamoGates(at);
