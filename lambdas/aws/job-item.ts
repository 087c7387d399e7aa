import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { isFinished, type Job, type Phase, phaseOf, phaseTime, type RunRecord, type Stored } from "../core/job.ts";
import { shardOf } from "../core/job-id.ts";

/** The table as infra declares it and the store uses it (DESIGN 6). */
export const partitionKey = "PK";
export const sortKey = "SK";
/** KEYS_ONLY. Its sort key is a number: due_at while pending, finished_at after. */
export const phaseIndex = { name: "by-phase", partitionKey: "gsi_pk", sortKey: "gsi_sk" } as const;
/** Epoch seconds; on finished jobs only. */
export const ttlAttribute = "expires";

export type Item = Record<string, AttributeValue>;

const state = "STATE";
const prefix = "JOB#";
const secondsPerDay = 86_400;

export const keyOf = (id: string): Item => marshall({ [partitionKey]: `${prefix}${id}`, [sortKey]: state });
export const idOf = (item: Item): string => (item[partitionKey]?.S ?? "").slice(prefix.length);

/** The index partition of one shard of a tenant's jobs in a phase. Tags hold no `#`, so it reads one way only. */
export const phasePartition = (product: string, env: string, phase: Phase, shard: number): string =>
  `${product}#${env}#${phase}#${shard}`;

/**
 * What callers put in (input, progress, result) is kept as JSON text: as attributes it would meet DynamoDB's limits of
 * 32 levels and 38 digits, and come back changed.
 */
const jsonFields = ["input", "progress", "result"] as const;

export function itemOf(job: Job, retentionDays: number): Item {
  const values = Object.fromEntries(jsonFields.map((field) => [field, withText(job[field])]));
  return marshall(
    {
      ...job,
      ...values,
      [partitionKey]: `${prefix}${job.id}`,
      [sortKey]: state,
      [phaseIndex.partitionKey]: phasePartition(job.product, job.env, phaseOf(job.status), shardOf(job.id)),
      [phaseIndex.sortKey]: phaseTime(job),
      ...(isFinished(job) && { [ttlAttribute]: Math.ceil(phaseTime(job) / 1000) + retentionDays * secondsPerDay }),
    },
    { removeUndefinedValues: true },
  );
}

/** An archived run stands under its job, newest last; it is in no index. */
export const runItemOf = (run: RunRecord, retentionDays: number): Item =>
  marshall(
    {
      ...run,
      ...(run.result !== undefined && { result: withText(run.result) }),
      [partitionKey]: `${prefix}${run.job_id}`,
      [sortKey]: `RUN#${String(run.run).padStart(10, "0")}`,
      [ttlAttribute]: Math.ceil(run.finished_at / 1000) + retentionDays * secondsPerDay,
    },
    { removeUndefinedValues: true },
  );

const ours = new Set<string>([partitionKey, sortKey, phaseIndex.partitionKey, phaseIndex.sortKey, ttlAttribute]);

export function jobOf(item: Item): Job {
  const fields = Object.entries(unmarshall(item)).filter(([name]) => !ours.has(name));
  const job = Object.fromEntries(fields) as unknown as Job;
  for (const field of jsonFields) {
    const value = withValue(job[field]);
    if (value !== undefined) job[field] = value;
  }
  return job;
}

const withText = (stored: Stored | undefined) =>
  stored && "inline" in stored ? { inline: JSON.stringify(stored.inline) } : stored;

const withValue = (stored: Stored | undefined): Stored | undefined =>
  stored && "inline" in stored ? { inline: JSON.parse(stored.inline as string) } : stored;
