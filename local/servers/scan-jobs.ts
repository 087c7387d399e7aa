import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { type Item, jobFrom } from "../../lambdas/aws/dynamodb/job-item.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { jobSortKey, sortKey } from "../../lambdas/topology.ts";
import { credentials } from "../runtime/credentials.ts";
import { tableName } from "../runtime/names.ts";

/** Calls `each` with every stored job, in its state at the time it is read. */
export async function scanJobs(endpoint: string, each: (job: Job) => void): Promise<void> {
  const client = new DynamoDBClient({ endpoint, ...credentials });
  try {
    const scan = { TableName: tableName, FilterExpression: `${sortKey} = :state`, ExpressionAttributeValues };
    for await (const { Items = [] } of paginateScan({ client }, scan)) {
      for (const item of Items as Item[]) each(jobFrom(item));
    }
  } finally {
    client.destroy();
  }
}

const ExpressionAttributeValues = { ":state": { S: jobSortKey } };
