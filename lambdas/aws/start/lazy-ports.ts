import type { BlobStore, Scheduler } from "../../core/ports/ports.ts";
import type { JobsEnv } from "./env.ts";
import { lazyPort } from "./lazy-port.ts";

/**
 * Ports whose clients not every request needs. Each is a bundle of its own beside the function's (`infra/bundle/bundle.ts`), which
 * is why its import stands here.
 */

/** First needed by a job that is more than 15 minutes away. */
export const lazyScheduler = (env: JobsEnv): Scheduler =>
  lazyPort(async () => (await import("./start-scheduler.ts")).startScheduler(env));

/** First needed by an input or result that does not fit into its item; S3's client is the largest of all. */
export const lazyBlobStore = (env: Pick<JobsEnv, "BUCKET_NAME">): BlobStore =>
  lazyPort(async () => (await import("./start-blob-store.ts")).startBlobStore(env));
