import type { Catalog } from "./catalog.ts";
import type { BlobStore, Clock, JobQueue, JobStore, Log, Scheduler, Secrets } from "./ports.ts";

/** Everything an entry works with, built once and passed as the first argument; faked whole in tests. */
export interface Services {
  catalog: Catalog;
  jobs: JobStore;
  queue: JobQueue;
  scheduler: Scheduler;
  blobs: BlobStore;
  secrets: Secrets;
  clock: Clock;
  log: Log;
}
