import { once } from "../core/once.ts";
import type { BlobStore, Scheduler } from "../core/ports.ts";
import type { JobsEnv } from "./env.ts";

/**
 * Ports whose clients not every request needs: their code is loaded by the first call, so that no cold start waits for
 * it. Each is a bundle of its own beside the function's (`infra/bundle.ts`).
 */

/** First needed by a job that is more than 15 minutes away. */
export function lazyScheduler(env: JobsEnv): Scheduler {
  const scheduler = once(async () => (await import("./start-scheduler.ts")).startScheduler(env));
  return {
    schedule: async (...what) => (await scheduler()).schedule(...what),
    unschedule: async (name) => (await scheduler()).unschedule(name),
  };
}

/** First needed by an input or result that does not fit into its item; S3's client is the largest of all. */
export function lazyBlobStore(env: Pick<JobsEnv, "BUCKET_NAME">): BlobStore {
  const blobs = once(async () => (await import("./start-blob-store.ts")).startBlobStore(env));
  return {
    put: async (...what) => (await blobs()).put(...what),
    get: async (key) => (await blobs()).get(key),
    stream: async (key) => (await blobs()).stream(key),
    downloadUrl: async (...what) => (await blobs()).downloadUrl(...what),
    uploadUrl: async (...what) => (await blobs()).uploadUrl(...what),
  };
}
