import type { Catalog } from "../catalog/catalog.ts";
import type { Endpoints } from "../ports/outbound-ports.ts";
import type {
  BlobStore,
  Clock,
  Failures,
  JobQueue,
  JobStore,
  Log,
  Scheduler,
  Secrets,
  SharedKeys,
  StatsStore,
} from "../ports/ports.ts";
import type { ApiLimits } from "./api-limits.ts";
import type { Deployment } from "./deployment.ts";

import type { Waits } from "./waits.ts";

/** Everything that an entry needs: built once, passed as the first argument, and faked as a whole in tests. */
export interface Services {
  catalog: Catalog;
  jobs: JobStore;
  queue: JobQueue;
  scheduler: Scheduler;
  blobs: BlobStore;
  stats: StatsStore;
  clock: Clock;
  log: Log;
}

/** What every way in needs in addition, which schedules the jobs of callers. */
export interface SchedulingServices extends Services {
  sharedKeys: SharedKeys;
}

/** What the API needs in addition. */
export interface ApiServices extends SchedulingServices {
  limits: ApiLimits;
  waits: Waits;
  /** Where it runs in AWS. Absent elsewhere. */
  deployment?: Deployment;
  failures: Failures;
  /** The states of webhook endpoints. */
  endpoints: Endpoints;
}

/** What a consumer needs in addition: executors need credentials. */
export interface ConsumerServices extends Services {
  secrets: Secrets;
}
