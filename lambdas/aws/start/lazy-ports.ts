import type { Seals } from "../../core/operations/seals.ts";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import type { Scheduler } from "../../core/ports/scheduler.ts";
import type { Sessions } from "../../core/ports/sessions.ts";
import type { JobsEnv } from "./env.ts";
import { lazyPort } from "./lazy-port.ts";

/*
 * Ports whose clients not every request needs. The dynamic imports make each a separate file beside the function's bundle
 * (`infra/bundle/bundle.ts`).
 */

/** First needed by a job that is due in more than 15 minutes. */
export const lazyScheduler = (env: JobsEnv): Scheduler =>
  lazyPort(async () => (await import("./start-scheduler.ts")).startScheduler(env));

/** First needed by an input or result that does not fit into the job's item. The client of S3 is the largest. */
export const lazyBlobStore = (env: Pick<JobsEnv, "BUCKET_NAME">): BlobStore =>
  lazyPort(async () => (await import("./start-blob-store.ts")).startBlobStore(env));

/** First needed by a request with a session, whose token is checked with a package for JWTs and clients for secrets. */
export const lazySessions = (): Sessions => lazyPort(async () => (await import("./start-sessions.ts")).startSessions());

/** First needed by a job that is found by a value which is sealed. Most catalogs have none. */
export const lazySeals = (): Seals => lazyPort(async () => (await import("./start-seals.ts")).startSeals());
