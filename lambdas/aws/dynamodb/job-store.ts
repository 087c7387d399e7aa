import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Job } from "../../core/job/job.ts";
import { fewestShards } from "../../core/job/job-id.ts";
import { claimable } from "../../core/job/transitions.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { JobStore } from "../../core/ports/job-store.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import { toAttributes } from "./attributes.ts";
import { claimUpdate } from "./claim-update.ts";
import { type Item, itemKeyOf, jobFrom, jobItemOf } from "./job-item.ts";
import { phasePage } from "./phase-page.ts";
import { putInBatches } from "./put-in-batches.ts";
import { runItemOf, runKeyOf, runsPage } from "./run-item.ts";

/** The version of a job that was created and not changed since. */
const firstVersion = 1;

interface DynamoJobStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** How many days a finished job is kept. */
  retentionDays: number;
  /** To how many partitions of the index per tenant and phase jobs are written. Those that were stored before stay where they are. */
  shards?: number | undefined;
  /** How many partitions are read, if more: those that another deployment has written to. */
  shardsRead?: number | undefined;
}

/**
 * How often a write is tried. If its condition fails, the item is read to find out why: often the SDK has repeated a write of ours
 * whose answer was lost. If the item has changed again by then and does not explain the failure, the write is tried again.
 */
const rounds = 3;

/** Jobs in one DynamoDB table: single-item conditional writes, no transactions (docs/design.md 6). */
export function dynamoJobStore({
  client,
  table,
  retentionDays,
  shards = fewestShards,
  shardsRead = shards,
}: DynamoJobStoreOptions): JobStore {
  const get = async (id: string): Promise<Job | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: itemKeyOf(id), ConsistentRead: true }),
    );
    return Item && jobFrom(Item);
  };

  return withClassifiedErrors<JobStore>({
    shards: Math.max(shards, shardsRead),
    get,

    async getMany(ids) {
      const jobs: Job[] = [];
      // DynamoDB refuses a request that names a key twice, and an eventually consistent index may list a job twice.
      let keys = [...new Set(ids)].map(itemKeyOf);
      // DynamoDB returns up to 16 MB and the unprocessed keys. If it is throttled and returns nothing, it throws.
      while (keys.length > 0) {
        const request = { [table]: { Keys: keys, ConsistentRead: true } };
        const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
        jobs.push(...(Responses?.[table] ?? []).map(jobFrom));
        keys = UnprocessedKeys?.[table]?.Keys ?? [];
      }
      return jobs;
    },

    async create(job) {
      const put = new PutItemCommand({
        TableName: table,
        Item: jobItemOf(job, retentionDays, shards),
        ConditionExpression: "attribute_not_exists(PK)",
      });
      for (let round = 0; round < rounds; round++) {
        if (await succeeds(client.send(put))) return { outcome: "created" };
        const stored = await get(job.id);
        if (stored?.write_id === job.write_id) return { outcome: "created" };
        if (stored) return { outcome: "exists", job: stored };
      }
      throw new TransientError(
        "CONTENDED",
        `job ${job.id} could not be created: its item keeps appearing and disappearing`,
      );
    },

    async claim(message, claim) {
      const update = claimUpdate(table, message, claim);
      for (let round = 0; round < rounds; round++) {
        const written = await succeeds(client.send(update));
        if (written) return { outcome: "claimed", job: jobFrom(written.Attributes as Item) };
        const job = await get(message.job_id);
        if (!job) return { outcome: "gone" };
        if (job.claim_id === claim.claimId) return { outcome: "claimed", job };
        const answer = claimable(job, message, claim.now, claim.type);
        if (answer !== "yes") return { outcome: answer, job };
      }
      throw new TransientError("CONTENDED", `job ${message.job_id} could not be claimed: it changes too often`);
    },

    async replace(next, writeId = crypto.randomUUID()) {
      const written = { ...next, write_id: writeId };
      const isFirst = next.version === firstVersion + 1;
      const put = new PutItemCommand({
        TableName: table,
        Item: jobItemOf(written, retentionDays, shards),
        // The job may have been deleted and created again with the same idempotency key, and thus the same id and a new version 1: even in
        // the same millisecond, where AWS refused its message and two requests share a key. What was created has the `write_id` that was read.
        ConditionExpression: `version = :read AND created_at = :created_at${isFirst ? " AND write_id = :write_id" : ""}`,
        ExpressionAttributeValues: toAttributes({
          ":read": next.version - 1,
          ":created_at": next.created_at,
          ...(isFirst && { ":write_id": next.write_id }),
        }),
      });
      if (await succeeds(client.send(put))) return "replaced";
      // By write_id and not by version: a later claim raises the version of what this write stored, and keeps its write_id.
      return (await get(next.id))?.write_id === written.write_id ? "replaced" : "lost";
    },

    async remove({ id, version, write_id }) {
      const deletion = new DeleteItemCommand({
        TableName: table,
        Key: itemKeyOf(id),
        // The item is absent if the SDK repeats a delete whose answer was lost.
        ConditionExpression: "attribute_not_exists(PK) OR (version = :version AND write_id = :write_id)",
        ExpressionAttributeValues: toAttributes({ ":version": version, ":write_id": write_id }),
      });
      return (await succeeds(client.send(deletion))) ? "removed" : "lost";
    },

    page: (query, after) => phasePage(client, table, query, after),

    createMany: (jobs) => putInBatches(client, table, jobs, (job) => jobItemOf(job, retentionDays, shards)),

    async archive(run) {
      const put = new PutItemCommand({
        TableName: table,
        Item: runItemOf(run, retentionDays),
        ConditionExpression:
          "attribute_not_exists(PK) OR created_at < :created_at OR (created_at = :created_at AND version <= :version)",
        ExpressionAttributeValues: toAttributes({ ":version": run.version, ":created_at": run.created_at }),
      });
      // If the condition fails, this consumer has lost its lease: the run stays that its successor archived, or a later job with its id.
      await succeeds(client.send(put));
    },

    async removeRun(run) {
      const deletion = new DeleteItemCommand({
        TableName: table,
        Key: runKeyOf(run),
        ConditionExpression: "attribute_not_exists(PK) OR created_at <= :created_at",
        ExpressionAttributeValues: toAttributes({ ":created_at": run.created_at }),
      });
      await succeeds(client.send(deletion));
    },

    runs: (jobId, query, after) => runsPage(client, table, jobId, query, after),
  });
}

/** The output of a conditional write, or false if its condition failed. */
async function succeeds<T>(write: Promise<T>): Promise<T | false> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
