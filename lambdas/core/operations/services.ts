import type { Catalog } from "../catalog/catalog.ts";
import type { JobType } from "../job/job.ts";
import type { OperationMessage } from "../job/operation.ts";
import type { RelayMessage } from "../job/relay-message.ts";
import type { Delivery } from "../outbound/webhook.ts";
import type { Answers } from "../ports/answers.ts";
import type { Approvals } from "../ports/approvals.ts";
import type { Audit } from "../ports/audit.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Definitions } from "../ports/definitions.ts";
import type { DueCounts } from "../ports/due-counts.ts";
import type { Endpoints } from "../ports/endpoints.ts";
import type { Failures } from "../ports/failures.ts";
import type { Gates } from "../ports/gates.ts";
import type { HookDeliveries } from "../ports/hook-deliveries.ts";
import type { Incidents } from "../ports/incidents.ts";
import type { JobQueue, MessageQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import type { Operations } from "../ports/operations.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { ResultCache } from "../ports/result-cache.ts";
import type { RollUps } from "../ports/roll-ups.ts";
import type { RoundPlaces } from "../ports/round-places.ts";
import type { RunLogs } from "../ports/run-logs.ts";
import type { Scheduler } from "../ports/scheduler.ts";
import type { SearchIndex } from "../ports/search-index.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { SentDeliveries } from "../ports/sent-deliveries.ts";
import type { Sessions } from "../ports/sessions.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import type { Signals } from "../ports/signals.ts";
import type { StatsStore } from "../ports/stats-store.ts";
import type { Ticks } from "../ports/ticks.ts";
import type { Unscheduled } from "../ports/unscheduled.ts";
import type { CallerCounts, Waits } from "../ports/waits.ts";
import type { AnswerTokens } from "./answer-tokens.ts";
import type { ApiLimits } from "./api-limits.ts";
import type { LinkTo } from "./approval-links.ts";
import type { Deployment } from "./deployment.ts";
import type { HotMinutes } from "./hot-minutes.ts";
import type { Seals } from "./seals.ts";

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
  /** What runs of features keep. Only features need it. */
  definitions: Definitions;
  /** Messages to runs of features. Only features and their senders need it. */
  signals: Signals;
  /** The approvals that are open. Only features and what shows them need it. */
  approvals: Approvals;
  /** What runs of code have seen. Only features and what shows them need it. */
  runLogs: RunLogs;
  /** What providers have said to attempts that failed. */
  answers: Answers;
  stats: StatsStore;
  clock: Clock;
  log: Log;
  /** What seals values by which jobs are found. Absent where the catalog seals none. */
  seals?: Seals | undefined;
  /** Whether a job whose request has brought no trace begins one, since spans are exported. Default: no. */
  traces?: boolean;
}

/** What every way in needs in addition, which schedules the jobs of callers. */
export interface SchedulingServices extends Services {
  sharedKeys: SharedKeys;
  /** Checks the token of a request that has a session. */
  sessions: Sessions;
  /** The megabytes of consumers whose deployment sets another memory than that of their types. */
  memory?: Partial<Record<JobType, number>>;
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
  incidents: Incidents;
  /** What the reconciler has found last. */
  rollUps: RollUps;
  /** What callers have changed. */
  audit: Audit;
  /** The states of webhook endpoints. */
  endpoints: Endpoints;
  /** Which jobs may have a value by which they are found. */
  searchIndex: SearchIndex;
  /** What providers have delivered to hooks. */
  hookDeliveries: HookDeliveries;
  /** What was sent to webhook endpoints. */
  sentDeliveries: SentDeliveries;
  /** Where a delivery is queued that is to be sent again. */
  webhooks: MessageQueue<Delivery>;
  operations: Operations;
  /** Where an operation is told to go on. */
  turns: MessageQueue<OperationMessage>;
}

/** What the reconciler needs in addition. */
export interface ReconcilerServices extends Services {
  /** Where the relay is asked to send what EventBridge Scheduler did not take. */
  relays: MessageQueue<RelayMessage>;
  roundPlaces: RoundPlaces;
  rollUps: RollUps;
  operations: Operations;
  /** Where an operation is told to go on whose message was lost. */
  turns: MessageQueue<OperationMessage>;
  /** What goes wrong. Only catalogs with alerts need it. */
  incidents: Incidents;
  /** The megabytes of consumers whose deployment sets another memory than that of their types. Only budgets need it. */
  memory?: Partial<Record<JobType, number>>;
}

/** What a consumer needs in addition: executors need credentials. */
export interface ConsumerServices extends Services {
  secrets: Secrets;
  /** The address at which a recipient of an approval decides. Absent where no deployment has one. */
  linkTo?: LinkTo;
  /** Signs what code that answers by itself may end. Absent where its answers do not reach the consumer. */
  answerTokens?: AnswerTokens;
  /** Whether jobs note that they begin to wait for a slot, for the event `waiting`. Default: no. */
  notesWaits?: boolean;
}
