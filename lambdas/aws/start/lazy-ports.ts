import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import type { DueCounts } from "../../core/ports/due-counts.ts";
import type { Endpoints } from "../../core/ports/endpoints.ts";
import type { Failures } from "../../core/ports/failures.ts";
import type { Gates } from "../../core/ports/gates.ts";
import type { ResultCache } from "../../core/ports/result-cache.ts";
import type { Scheduler } from "../../core/ports/scheduler.ts";
import type { Ticks } from "../../core/ports/ticks.ts";
import type { Unscheduled } from "../../core/ports/unscheduled.ts";
import type { JobsEnv } from "./env.ts";
import { lazyPort } from "./lazy-port.ts";

/*
 * Ports whose clients not every request needs. The dynamic imports make each a separate file beside the function's bundle
 * (`infra/bundle/bundle.ts`).
 */

/** First needed by a job that is due in more than 15 minutes. */
export const lazyScheduler = (env: JobsEnv): Scheduler =>
  lazyPort(async () => (await import("./start-scheduler.ts")).startScheduler(env));

/** First needed by hundreds of jobs that are due in one minute. */
export const lazyDueCounts = (at: { client: DynamoDBClient; table: string }): DueCounts =>
  lazyPort(async () => (await import("./start-hot-minutes.ts")).startDueCounts(at));

/** First needed by a job that EventBridge Scheduler refuses. */
export const lazyUnscheduled = (at: { client: DynamoDBClient; table: string }): Unscheduled =>
  lazyPort(async () => (await import("./start-hot-minutes.ts")).startUnscheduled(at));

/** First needed by an input or result that does not fit into the job's item. The client of S3 is the largest. */
export const lazyBlobStore = (env: Pick<JobsEnv, "BUCKET_NAME">): BlobStore =>
  lazyPort(async () => (await import("./start-blob-store.ts")).startBlobStore(env));

/** First needed by a job that has limits. */
export const lazyGates = (at: { client: DynamoDBClient; table: string }): Gates =>
  lazyPort(async () => (await import("./start-gates.ts")).startGates(at));

/** First needed by a job that stands in line for a rate. */
export const lazyTicks = (to: { client: SQSClient; url: string }): Ticks =>
  lazyPort(async () => (await import("./start-ticks.ts")).startTicks(to));

/** First needed by a job with a cache tag. */
export const lazyResultCache = (at: { client: DynamoDBClient; table: string }): ResultCache =>
  lazyPort(async () => (await import("./start-result-cache.ts")).startResultCache(at));

/** First needed by a request for failures or for the state of webhooks. */
export const lazyWatching = (at: { client: DynamoDBClient; table: string }): Watching => ({
  failures: lazyPort(async () => (await import("./start-watching.ts")).startWatching(at).failures),
  endpoints: lazyPort(async () => (await import("./start-watching.ts")).startWatching(at).endpoints),
});

interface Watching {
  failures: Failures;
  endpoints: Endpoints;
}
