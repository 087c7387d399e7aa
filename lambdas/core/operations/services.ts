import type { Catalog } from "../catalog/catalog.ts";
import type { RelayMessage } from "../job/relay-message.ts";
import type { Gates } from "../ports/gates.ts";
import type { DueCounts, Unscheduled } from "../ports/hot-minute-ports.ts";
import type { Endpoints } from "../ports/outbound-ports.ts";
import type { Pauses } from "../ports/pauses.ts";
import type {
  BlobStore,
  Clock,
  Failures,
  JobQueue,
  JobStore,
  Log,
  MessageQueue,
  RoundPlaces,
  Scheduler,
  Secrets,
  StatsStore,
} from "../ports/ports.ts";
import type { ResultCache } from "../ports/result-cache.ts";
import type { Sessions } from "../ports/sessions.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import type { Ticks } from "../ports/ticks.ts";
import type { ApiLimits } from "./api-limits.ts";
import type { Deployment } from "./deployment.ts";
import type { HotMinutes } from "./hot-minutes.ts";

import type { CallerCounts, Waits } from "./waits.ts";

/** Everything that an entry needs: built once, passed as the first argument, and faked as a whole in tests. */
export interface Services {
  catalog: Catalog;
  jobs: JobStore;
  queue: JobQueue;
  scheduler: Scheduler;
  unscheduled: Unscheduled;
  dueCounts: DueCounts;
  hot: HotMinutes;
  blobs: BlobStore;
  /** Slots, starts and lines of limits. Only jobs that have limits need them. */
  gates: Gates;
  /** What sets the pump going that calls jobs out of the line of a rate. */
  ticks: Ticks;
  pauses: Pauses;
  /** Which runs answer others. Only jobs with a cache tag need it. */
  resultCache: ResultCache;
  stats: StatsStore;
  clock: Clock;
  log: Log;
}

/** What every way in needs in addition, which schedules the jobs of callers. */
export interface SchedulingServices extends Services {
  sharedKeys: SharedKeys;
  /** Checks the token of a request that has a session. */
  sessions: Sessions;
}

/** What the API needs in addition. */
export interface ApiServices extends SchedulingServices {
  limits: ApiLimits;
  waits: Waits;
  /** The requests of keys that have a rate, in slots of a second. */
  requests: CallerCounts;
  /** Where it runs in AWS. Absent elsewhere. */
  deployment?: Deployment;
  failures: Failures;
  /** The states of webhook endpoints. */
  endpoints: Endpoints;
}

/** What the reconciler needs in addition. */
export interface ReconcilerServices extends Services {
  /** Where the relay is asked to send what EventBridge Scheduler did not take. */
  relays: MessageQueue<RelayMessage>;
  roundPlaces: RoundPlaces;
}

/** What a consumer needs in addition: executors need credentials. */
export interface ConsumerServices extends Services {
  secrets: Secrets;
  /** Whether jobs note that they begin to wait for a slot, for the event `waiting`. Default: no. */
  notesWaits?: boolean;
}
