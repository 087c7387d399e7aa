import { gunzipSync, gzipSync } from "node:zlib";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { KeptAnswer } from "../../core/job/provider-answer.ts";
import type { Answers } from "../../core/ports/answers.ts";
import { answerSortKey, jobsPrefix, partitionKey, sortKey, ttlAttribute } from "../../topology.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { type Item, jobExpiryOf } from "./job-item.ts";
import { queryItems } from "./query-items.ts";

interface DynamoAnswersOptions {
  client: DynamoDBClient;
  table: string;
  /** How many days a finished job is kept. */
  retentionDays: number;
}

const answerRunKey = (run: number): string => `${answerSortKey}${String(run).padStart(10, "0")}#`;

/**
 * Two items a run beside its job, of compressed JSON: an item of 25 attempts with their answers would have 100 KB, and each change of
 * the job would write them all.
 */
export function dynamoAnswers({ client, table, retentionDays }: DynamoAnswersOptions): Answers {
  const itemsOf = (jobId: string, prefix: string): Promise<Item[]> =>
    queryItems(client, {
      TableName: table,
      KeyConditionExpression: "PK = :job AND begins_with(SK, :prefix)",
      ExpressionAttributeValues: toAttributes({ ":job": jobsPrefix + jobId, ":prefix": prefix }),
      ConsistentRead: true,
    });

  return withClassifiedErrors<Answers>({
    async put(answer, { isFirst, until }) {
      const { job_id, run, attempt, created_at } = answer;
      const key = { [partitionKey]: jobsPrefix + job_id, [sortKey]: answerRunKey(run) + (isFirst ? "first" : "last") };
      const fields = { ...key, attempt, created_at, [ttlAttribute]: jobExpiryOf(until, retentionDays) };
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...toAttributes(fields), gzip: { B: gzipSync(JSON.stringify(answer)) } },
        // A consumer that was slow to write must not hide what came later.
        ConditionExpression: "attribute_not_exists(PK) OR created_at < :created_at OR attempt <= :attempt",
        ExpressionAttributeValues: toAttributes({ ":created_at": created_at, ":attempt": attempt }),
      });
      await client.send(put).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    },

    of: async (jobId, run) =>
      (await itemsOf(jobId, answerRunKey(run))).flatMap(answerIn).sort((one, other) => one.attempt - other.attempt),

    async remove(jobId) {
      for (const { PK, SK } of await itemsOf(jobId, answerSortKey))
        if (PK && SK) await client.send(new DeleteItemCommand({ TableName: table, Key: { PK, SK } }));
    },
  });
}

const answerIn = ({ gzip }: Item): KeptAnswer[] =>
  gzip?.B === undefined ? [] : [JSON.parse(gunzipSync(gzip.B).toString()) as KeptAnswer];
