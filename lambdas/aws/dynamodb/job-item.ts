import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { IndexPosition } from "../../core/job/index-position.ts";
import { isBlob, isFinished, type Job, type Phase, phaseOf, phaseTime, type Stored } from "../../core/job/job.ts";
import { fewestShards, shardOf } from "../../core/job/job-id.ts";
import { jobSortKey, jobsPrefix, partitionKey, phaseIndex, sortKey, ttlAttribute } from "../../topology.ts";
import { toAttributes, Unread } from "./attributes.ts";
import { type Codec, readItem } from "./read-item.ts";

export type Item = Record<string, AttributeValue>;
const secondsPerDay = 86_400;

export const itemKeyOf = (id: string): Item =>
  toAttributes({ [partitionKey]: `${jobsPrefix}${id}`, [sortKey]: jobSortKey });
export const jobIdOf = (item: Item): string => (item[partitionKey]?.S ?? "").slice(jobsPrefix.length);

/** The index partition of one shard of a tenant's jobs in a phase. Tags contain no `#`, so the key is unambiguous. */
export const phasePartition = (product: string, env: string, phase: Phase, shard: number): string =>
  `${product}#${env}#${phase}#${shard}`;

/**
 * A position as a sort key: the time, padded so that strings sort like numbers, then the id. By time alone, jobs that are due at
 * the same moment would have no defined order, and a page could not reliably start at one of them.
 */
export const positionKey = ({ time, id }: IndexPosition): string => `${timeKey(time)}#${id}`;
/** Sorts before all positions of its time. */
export const timeKey = (time: number): string => String(time).padStart(16, "0");
/** Sorts after all positions of its time. */
export const endOfTimeKey = (time: number): string => `${timeKey(time)}~`;
export const indexPositionOf = (item: Item): IndexPosition => ({
  id: jobIdOf(item),
  time: Number(item[phaseIndex.sortKey]?.S?.split("#")[0]),
});

/**
 * Values of any shape are stored as JSON strings: as attributes they would run into DynamoDB's limits of 32 levels and 38 digits,
 * and come back changed.
 */
const jsonFields = ["input", "progress", "result"] as const;

export function jobItemOf(job: Job, retentionDays: number, shards = fewestShards): Item {
  const values = Object.fromEntries(jsonFields.map((field) => [field, withText(job[field])]));
  return toAttributes({
    ...job,
    ...values,
    [partitionKey]: `${jobsPrefix}${job.id}`,
    [sortKey]: jobSortKey,
    [phaseIndex.partitionKey]: phasePartition(job.product, job.env, phaseOf(job.status), shardOf(job.id, shards)),
    [phaseIndex.sortKey]: positionKey({ id: job.id, time: phaseTime(job) }),
    ...(isFinished(job) && { [ttlAttribute]: jobExpiryOf(phaseTime(job), retentionDays) }),
  });
}

const jobCodec: Codec<Job> = {
  needed: {
    ...{ id: "string", product: "string", env: "string", event: "string", type: "string", status: "string" },
    ...{ run: "number", attempt: "number", due_at: "number", scheduled_at: "number", created_at: "number" },
    ...{ input: "value", timeout_ms: "number", retries: "number", retry_policy: "object", fingerprint: "string" },
    ...{ version: "number", write_id: "string", claims: "number", attempts: "object" },
  },
  // Items that version 0.1 wrote keep these names until they are next replaced.
  earlier: { again_at: "retry_decision_at", woken: "wake_requested" },
};

export function jobFrom(item: Item): Job {
  const job = readItem(item, jobCodec);
  for (const field of jsonFields) {
    const value = withValue(job[field], item[field]);
    if (value !== undefined) job[field] = value;
  }
  if (isOfEarlierRun(job)) delete job.ending;
  return job;
}

/**
 * Whether the end of a run stands with the next run of its series: version 0.3.0 plans that with all that it does not know. A run that ends
 * has been parked, and one that 0.3.0 has failed meanwhile goes on with its end when it is retried.
 */
const isOfEarlierRun = (job: Job): boolean =>
  job.ending !== undefined && job.parked_since === undefined && job.attempt === 1 && !isFinished(job);

export const jobExpiryOf = (finishedAt: number, retentionDays: number): number =>
  Math.ceil(finishedAt / 1000) + retentionDays * secondsPerDay;

export const withText = (stored: Stored | undefined) =>
  stored && "inline" in stored ? { inline: JSON.stringify(stored.inline) } : stored;

/** The value of a field, `stored` as it was read from its attribute. One of a form that a later version writes is carried unchanged. */
export function withValue(stored: unknown, attribute: AttributeValue | undefined): Stored | undefined {
  if (attribute === undefined) return undefined;
  const { inline, ...others } = (attribute.M === undefined ? {} : stored) as { inline?: unknown };
  if (typeof inline === "string") return { inline: JSON.parse(inline) };
  return isBlob(others) ? others : (new Unread(attribute) as unknown as Stored);
}
