import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoResultCache } from "../dynamodb/result-cache.ts";

/** The adapter of the cache of results, loaded with the first job that uses it. */
export const startResultCache = (at: { client: DynamoDBClient; table: string }) => dynamoResultCache(at);
