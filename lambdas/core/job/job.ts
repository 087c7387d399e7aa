import * as z from "zod";
import { type JobStatus, jobStatuses } from "../kernel/job-status.ts";
import { type JobType, jobTypes } from "../kernel/job-type.ts";
import { never } from "../kernel/start-time.ts";
import type { Actor, ChangedBy } from "./actor.ts";
import type { AskedApproval } from "./asked-approval.ts";
import type { Attempt, AttemptError, RetryPolicy, RolledBack } from "./attempt.ts";
import type { StepCredentials } from "./credential-placeholder.ts";
import type { Ending } from "./ending.ts";
import type { JobSearch } from "./job-search.ts";
import type { Gate, NotedWait, ReservedStart, Snoozes } from "./job-wait.ts";
import type { KeptSession } from "./kept-session.ts";
import type { RunWait } from "./run-wait.ts";
import type { JobTrace } from "./trace.ts";

export { type JobType, jobTypes };

/** The part of the index that lists a job: every job that has not finished is `pending`. */
export type Phase = "pending" | "completed" | "failed" | "cancelled";

/** A JSON value: a small one is kept inline, a larger one in the blob store. */
export type Stored = { inline: unknown } | StoredBlob;
export type StoredBlob = { blob: string; bytes: number };

/** Whether a value is in the blob store. A value of a form that a later version writes is neither there nor inline. */
export const isBlob = (stored: object | undefined): stored is StoredBlob => stored !== undefined && "blob" in stored;

/** Whether this version knows the form in which a value is stored. */
export const isReadable = (stored: Stored): boolean => "inline" in stored || isBlob(stored);

/** The series of a recurring job. */
export interface Repeat {
  /** Either a cron expression, of 5 fields or 6 with seconds first, in `tz` (default UTC), */
  cron?: string;
  tz?: string;
  /** or an interval of at least 1000 ms, counted from `anchor`. */
  every?: number;
  anchor: number;
  /** The most runs of the series, including those that were requested by "run now". */
  limit?: number;
  /** Epoch milliseconds after which no run is planned. */
  end_date?: number;
  /**
   * What becomes of occurrences that come due during a run: `skip` drops them, `queue` runs one for all, at once, and
   * `cancel_previous` ends the run, so that the first of them starts on time.
   */
  overlap: "skip" | "queue" | "cancel_previous";
  /**
   * What becomes of occurrences that could not start on time: `once` runs one for all, `all` runs each of them, one after the
   * other, and `skip` runs none that is too late. Default: `once`.
   */
  missed?: "skip" | "once" | "all";
  /** How late a run may start, in milliseconds; a later one is skipped. Default: without end, and a minute with `missed: skip`. */
  max_lateness_ms?: number;
  /** Every run of this series starts `offset_ms` late, which is less than `spread_ms` and derived from the id of the job. */
  spread_ms?: number;
  offset_ms?: number;
  /** Days in `tz` on which no run is planned: dates (`YYYY-MM-DD`), and names of the product's calendars. */
  except?: string[];
}

/** The archived record of one run of a recurring job. All times are epoch milliseconds. */
export interface RunRecord {
  job_id: string;
  run: number;
  /** The job's version at the end of the run: tells an outcome that was accepted from one that came too late. */
  version: number;
  /** When the job was created. A deleted job leaves its runs behind, and a repeated key gives its id to another job. */
  created_at: number;
  status: "completed" | "failed" | "cancelled";
  /** When the run was planned; `due_at` is the time of its last attempt. */
  scheduled_at: number;
  due_at: number;
  started_at?: number;
  finished_at: number;
  attempts: Attempt[];
  result?: Stored;
  error?: AttemptError;
  reason?: string;
  rolled_back?: RolledBack;
}

/** The feature that a job is a step of, and that the end of the job wakes. */
export interface Parent {
  /** The message that wakes the feature. */
  message: JobMessage;
  /** `sequence.step`, and for what a list runs the items: `main.ship[100-199]` is a page, `main.ship[157]` an item. */
  step: string;
  /** How many of its items may be open at a time, of a page. */
  share?: number;
  /** The job undoes the step: it belongs to the end of that attempt of the feature. */
  undo?: true;
  /** The attempt of its feature goes by the present definition, because a caller has said so. */
  is_present?: true;
  /** What becomes of the job at the end of its feature. Default: it is cancelled. */
  on_end?: "abandon";
  /** A hash of what a handler in code has asked for by this key: it may not ask for something else. */
  asked?: string;
}

/** Which items of a step with `for_each` a job runs: those from the index `from` on. */
export interface ListPart {
  /** `sequence.step`. */
  step: string;
  from: number;
  items: number;
  /** How many items a page has at most. With more of them, the job runs pages. */
  page_size: number;
}

/** The whole stored job: one DynamoDB item. All times are epoch milliseconds. */
export interface Job {
  id: string;
  product: string;
  env: string;
  event: string;
  type: JobType;
  app?: string;
  input: Stored;
  /**
   * The input is a template, stored as it was sent, whose expressions are evaluated when an attempt starts. Absent for the step of a
   * feature, whose input the feature has resolved, and for jobs that were stored before events could take expressions: their
   * input is data.
   */
  expressions?: true;
  /** The credentials that a feature's step has in its input, of which the input has placeholders only. */
  credentials?: StepCredentials;
  /** The approval that it asks for, whose address stands in its input as a mark only. */
  approval?: AskedApproval;
  /** The session of its request, with the claims that its texts refer to. They are secrets: no answer, event or log has them. */
  session?: KeptSession;
  /** What of the input and the result is not shown, as the event said when the job was requested. */
  redact?: string[];
  /** The values by which it is found. Absent if its event names none. */
  search?: JobSearch;
  /** The limits that its attempts pass, with the keys that its input gave when the job was requested. */
  gates?: Gate[];
  /** The tag under which its result is remembered for other jobs, and theirs for it. */
  cache?: string;
  /** Seconds of head start in the waiting lists of its limits. Absent: 0. */
  priority?: number;
  status: JobStatus;
  run: number;
  attempt: number;
  due_at: number;
  /** Present while `due_at` is a start that a rate has given. */
  reserved?: ReservedStart;
  /** Present if a provider has put off the current attempt. */
  snoozes?: Snoozes;
  /** The wait for a slot that `job.waiting` has reported. Absent if that event is not wanted. The job may have started since. */
  noted_wait?: NotedWait;
  /** When the caller asked for it to start: the `due_at` of the first attempt. */
  scheduled_at: number;
  created_at: number;
  timeout_ms: number;
  retries: number;
  retry_policy: RetryPolicy;
  /** The number of attempts before the last explicit retry, which do not count against `retries`. */
  retried_after?: number;
  /** That retry was its feature's, and not a caller's: the job does not outlive the feature. */
  revived?: true;
  repeat?: Repeat;
  /** The run stands for all occurrences up to this time that an outage or a long run made the series miss, or that a caller has skipped. */
  coalesced_until?: number;
  /** When the current run was first started, if a provider has put its first attempt off: that attempt's record says when it went on. */
  begun_at?: number;
  /** How many runs were skipped, which `limit` does not count. */
  skipped_runs?: number;
  /** The planned time of the next run, which has taken the claim of this one to end it. */
  next_at?: number;
  /** A caller has chosen the time of the run, which therefore is no occurrence of the series. */
  moved?: true;
  /**
   * Since when the times of its series count as planned: the series was changed or resumed then, a pause ended that held its run, or a caller
   * had skipped those before.
   * Absent: since the job was created.
   */
  planned_since?: number;
  /** The definition that the run of a feature keeps, from its first decision on (`Definitions`). */
  definition?: string;
  /** When the first decision of the run of a feature in code began, epoch milliseconds: the time that its handler reads first, in each replay. */
  code_since?: number;
  /** The hash of the code that the run of a feature in code began with, once a decision has been answered. */
  bundle?: string;
  /** The attempt that goes by the present definition because a caller has said so: the features in it that have failed are retried by theirs. */
  present_since?: number;
  /** Steps of that definition have an undo. */
  undoes?: true;
  /** The run ends, and its steps are undone. */
  ending?: Ending;
  /** The run has ended, and its steps were undone before. */
  rolled_back?: RolledBack;
  /** The attempt with which the run began anew after its steps were undone: they have other jobs from then on. */
  begun_anew?: number;
  /**
   * Since when the run takes messages, epoch milliseconds, if that is after its planned time, or after it was made: the run before it took those
   * that came earlier, or what it had done by then was undone.
   */
  messages_since?: number;
  /** The attempt that ended the previous run: readers of the table's stream learn from it how that run went. */
  last_run?: Attempt;
  /** The series pauses once the current run has ended. */
  pause_requested?: true;
  expires_at?: number;
  labels?: string[];
  /** Within its product and env the job takes turns with those of other keys. */
  fairness_key?: string;
  /** A hash of the request, to tell a repeated idempotency key from one that is reused for another request. */
  fingerprint: string;
  /** It takes in the later requests of its key until it starts: no later than `until`, after so many requests. Closed: it was claimed. */
  debounce?: { key: string; until: number; requests: number; closed?: true };
  /** It is the only open job of this key. */
  unique?: { key: string };
  /** The ids that the idempotency keys of its requests would have given to separate jobs, the latest last. */
  idempotency_ids?: string[];
  /** The id under which the log has the request that made the job: API Gateway's, if it came by HTTP. */
  request_id?: string;
  /** The trace of its request. Absent if that brought none. */
  trace?: JobTrace;
  /** Who requested it. Absent for steps and schedules, which say so themselves, and for jobs that were stored before. */
  made_by?: Actor;
  /** The name of the key that requested it. */
  made_by_name?: string;
  /** The last change by a caller. */
  by?: ChangedBy;
  /** How many changes of callers the audit should have, each with its number. */
  changes?: number;
  /** The operations that have changed it, the latest last. Each changes it once. */
  ops?: string[];
  /** Raised by one with every write. It is the optimistic lock of every transition but the claim. */
  version: number;
  /** Random, and fresh with every whole write: a writer whose answer was lost recognises its own write by it. */
  write_id: string;
  /** Present while running: the fencing token of the consumer that owns the attempt, and until when it owns it. */
  claim_id?: string;
  lease_until?: number;
  /** Code was called under this claim, and answers by itself: no consumer waits for it. Since when, epoch milliseconds. */
  called?: { claim_id: string; since: number };
  /** How often the current attempt was claimed. All claims but the last one ended without an outcome. */
  claims: number;
  /** Which claims of the current attempt are known to have begun it, noted from the second one on: they crashed, but for the current one. */
  begun_claims?: string[];
  started_at?: number;
  /** When a parked job (a feature between two decisions) first started: one attempt has many claims. */
  parked_since?: number;
  /** When the reconciler wakes a parked job. */
  wake_at?: number;
  /** When a wait of a parked feature ends by time: a message wakes it then. */
  timer_at?: number;
  /** What a run waits for, since its latest decision: the first waits that are open, and those that a message has ended in it. */
  waits?: RunWait[];
  /** When a message wakes a parked job to retry its decision: AWS refused a part of it, or a fault of ours broke it. */
  retry_decision_at?: number;
  /** Since when every decision of a parked job has failed by a fault of ours. */
  failing_since?: number;
  /** A wake-up came while a decision was under way: the consumer that makes that decision requests one more. */
  wake_requested?: true;
  finished_at?: number;
  parent?: Parent;
  /** It runs the items of a step with `for_each`, or a page of them. */
  list?: ListPart;
  /** It runs a step of a feature in code that takes longer than a decision may: its key, and which log the run had. */
  own_step?: { feature: string; key: string; part: number };
  /** The schedule of the catalog that made the job, and a hash of it as it was then. */
  schedule?: { name: string; fingerprint: string };
  /** The Step Functions tasks that wait for its end, the latest last. Tokens are secrets: no answer, event or log has them. */
  task_tokens?: string[];
  attempts: Attempt[];
  progress?: Stored;
  result?: Stored;
  error?: AttemptError;
  /** Why it was cancelled. */
  reason?: string;
}

/** What a job keeps of its request just as it was accepted. */
export const keptFields = [
  "app",
  "timeout_ms",
  "retries",
  "retry_policy",
  "expires_at",
  "labels",
  "fairness_key",
  "gates",
  "priority",
  "cache",
  "request_id",
  "trace",
  "made_by",
  "made_by_name",
] as const satisfies readonly (keyof Job)[];
export type KeptFields = Pick<Job, (typeof keptFields)[number]>;

/**
 * What travels through SQS and EventBridge Scheduler. The input never does: the claim returns it. Fields that a later version adds are
 * ignored, as in every message: one that has to be understood comes with another `v`, and waits for a version that does.
 */
export const JobMessage = z.object({
  v: z.literal(1),
  job_id: z.string(),
  run: z.int().min(1),
  attempt: z.int().min(1),
  due_at: z.int().min(0),
  /** The message came to another type's queue, and was sent on to the queue of its job's type. */
  forwarded: z.literal(true).optional(),
  /** The job has limits: the consumer reads it before it claims it. */
  gated: z.literal(true).optional(),
  /** It wakes a parked job, and not before this time. */
  wake_at: z.int().min(0).optional(),
});
export type JobMessage = z.infer<typeof JobMessage>;

/** The time that a message is for. */
export const messageTime = ({ due_at, wake_at }: JobMessage): number => wake_at ?? due_at;

export const jobMessageOf = (job: Job): JobMessage => ({
  v: 1,
  job_id: job.id,
  run: job.run,
  attempt: job.attempt,
  due_at: job.due_at,
  ...(job.gates !== undefined && { gated: true as const }),
});

/**
 * Whether this version knows what a job is and does. After a roll back there may be jobs with a status, a type or a kind of series
 * of the later version: they are shown and left unchanged, until a version comes that knows them.
 */
export const isKnownJob = ({ status, type, repeat }: Pick<Job, "status" | "type" | "repeat">): boolean =>
  jobStatuses.includes(status) && jobTypes.includes(type) && (repeat === undefined || isKnownSeries(repeat));

/** Whether this version can tell when the runs of a series are. */
export const isKnownSeries = ({ cron, every }: Repeat): boolean => cron !== undefined || every !== undefined;

/** Whose turn a job takes: its message group in the fair queues of SQS. */
export const fairGroupOf = ({ product, env, fairness_key }: Pick<Job, "product" | "env" | "fairness_key">): string =>
  `${product}:${env}${fairness_key === undefined ? "" : `:${fairness_key}`}`;

export const phaseOf = (status: JobStatus): Phase =>
  status === "completed" || status === "failed" || status === "cancelled" ? status : "pending";

export const isFinished = (job: Pick<Job, "status">): boolean => phaseOf(job.status) !== "pending";

/** Whether a job waits for its time or for a consumer. */
export const isWaiting = ({ status }: Pick<Job, "status">): boolean => status === "scheduled" || status === "queued";

/**
 * Whether the current run of a job is under way, and not only planned: an attempt of it has failed, was put off by its provider or
 * crashed, or is at work.
 */
export const hasBegun = (job: Pick<Job, "status" | "attempt" | "claims" | "snoozes">): boolean =>
  job.status === "running" || (isWaiting(job) && (job.attempt > 1 || job.claims > 0 || job.snoozes !== undefined));

/** The time by which a job is ordered in its phase. For a parked job it is when the job should wake. */
export function phaseTime(job: Job): number {
  if (isFinished(job)) return job.finished_at ?? job.due_at;
  return job.status === "paused" ? never : (job.wake_at ?? job.due_at);
}

/**
 * The status to show: a scheduled job whose time has come waits in its queue, so it is `queued`. Deriving this saves the
 * write that would record the dispatch.
 */
export const shownStatus = (job: Pick<Job, "status" | "due_at">, now: number): JobStatus =>
  job.status === "scheduled" && job.due_at <= now ? "queued" : job.status;
