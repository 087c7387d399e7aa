import type { DuctapeJob } from "./ductape-job.ts";
import type { LimitWait } from "./limit-gate.ts";
import type { PauseReference } from "./pause.ts";

/** What an event does. */
export type JobType = "action" | "notification" | "database_action" | "function" | "storage" | "publish" | "feature";

/** The status of a job. `completed`, `failed` and `cancelled` are final. */
export type JobStatus = "scheduled" | "queued" | "running" | "completed" | "failed" | "cancelled" | "paused";

/** A stable code that says why an attempt failed. */
export type JobErrorCode =
  | "TIMEOUT"
  | "RATE_LIMITED"
  | "SERVICE_UNAVAILABLE"
  | "CONNECTION_ERROR"
  | "CRASHED"
  | "VALIDATION_ERROR"
  | "NOT_FOUND"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "CONFIGURATION_ERROR"
  | "PROVIDER_ERROR";

/** What the API answers once it has accepted a job. Times are epoch milliseconds. */
export interface JobReceipt {
  /** @example `"job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"` */
  job_id: string;
  status: JobStatus;
  /** When the job starts, or starts for the first time. */
  scheduled_at: number;
  /** Whether the job has a series of runs. */
  recurring: boolean;
  /** When a recurring job runs next. */
  next_run_at?: number;
  /** The request was added to a debounced job that waits: the job runs with this request's input. */
  debounced?: true;
  /** Nothing was made: this is the open job that has the request's unique key. */
  skipped?: true;
  /** The job with the same unique key that was cancelled for this one. */
  replaced?: string;
}

/** A job as lists show it. Times are epoch milliseconds. */
export interface JobSummary extends Omit<JobReceipt, "debounced" | "skipped" | "replaced">, DuctapeJob {
  product_tag: string;
  env: string;
  event: string;
  type: JobType;
  app?: string;
  /** The number of the run, from 1. A one-time job has run 1 only. */
  run: number;
  /** The number of the attempt at this run, from 1. */
  attempt: number;
  /** How many further attempts follow a failed first one. */
  retries: number;
  /** How long one attempt may take, in milliseconds. */
  timeout_ms: number;
  /** When the current attempt may start. */
  due_at: number;
  created_at: number;
  /** When the latest attempt started. */
  started_at?: number;
  /** When the first attempt of the run started: how late it was is counted from `scheduled_at` to here. */
  first_started_at?: number;
  finished_at?: number;
  expires_at?: number;
  labels?: string[];
  /** The key by which the job takes turns with others in its queue. */
  fairness_key?: string;
  /** The series of a recurring job. */
  repeat?: JobRepeat;
  /** The feature of which the job is a step: its job and run, and the step as `sequence.step`. */
  parent?: { job_id: string; run: number; step: string };
  /** The schedule of the catalog that the job belongs to. */
  schedule?: string;
  /** The session of its request. Neither its token nor its claims are shown. */
  session?: { tag: string };
  /**
   * It takes in later requests of its key until it starts: at the latest at `until`, after `requests` of them. A key of more than
   * 64 characters is shown as its hash; an empty one is that of all requests of the event.
   */
  debounce?: { key: string; until: number; requests: number };
  /** The tag under which its result is remembered. */
  cache?: string;
  /** The job whose result answered this one, which was not executed: it has the same cache tag, event and input. */
  cached_from?: string;
  /** The limits that its attempts pass, with the keys that its input gave. Absent if its event has none. */
  gates?: { limit: string; key: string }[];
  /** It is the only open job of this key. */
  unique?: { key: string };
  /** Why the job failed, or why its latest attempt did. */
  error?: JobFailure;
  /**
   * Why the job was cancelled.
   * @example `"expired"`
   */
  reason?: string;
  /**
   * What keeps the job from its start: a pause, or the limit in whose line it stands for a slot or a start. Lists show that for the
   * first 50 such jobs of a page, without position and start.
   */
  waiting_for?: PauseReference | LimitWait;
}

/** A job as the API shows it; the input is not part of it. */
export interface Job extends JobSummary {
  /** Seconds of head start in the lines of limits, if any. */
  priority?: number;
  /** How often a provider has put off the current attempt by a Retry-After, and since when. Spends no attempt. */
  snoozes?: { count: number; since: number };
  /** The attempts of the current run, oldest first; the last 25 are kept. */
  attempts: JobAttempt[];
  /** The state of each step of a feature, by `sequence.step` and in the order of the catalog. Features only. */
  steps?: Record<string, JobStep>;
  /** The steps of a feature in the order of the catalog, those included that have not begun. Features only. */
  graph?: JobGraphStep[];
  /** The outcome of each channel of a notification that has failed or will be retried. Once completed, its result has them. */
  channels?: Record<string, JobChannel>;
  /** The result of a completed job. */
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer; good for an hour. */
  result_url?: string;
  /** The size of a result that is too large for an answer and has no URL, since its event hides parts of it. */
  result_bytes?: number;
  /** The JSON pointers of the parts of the result that are shown as `[redacted]`. */
  redacted?: string[];
}

/** The input of a job, as it was requested. */
export interface JobInputView {
  job_id: string;
  /** With `[redacted]` in place of the parts that its event hides. */
  input?: unknown;
  /** The JSON pointers of the parts that are hidden, as the catalog has them. */
  redacted?: string[];
  /** Where to download the JSON of an input that is too large for an answer; good for an hour. */
  input_url?: string;
  /** The size of an input that is too large for an answer and has no URL, since its event hides parts of it. */
  input_bytes?: number;
}

/** One occurrence of a job; a one-time job has only one. Times are epoch milliseconds. */
export interface JobRun {
  /** The number of the run, from 1. */
  run: number;
  status: JobStatus;
  /** When it was planned. */
  scheduled_at: number;
  /** When the last of its attempts was due, or the next one is. */
  due_at: number;
  started_at?: number;
  finished_at?: number;
  attempts: JobAttempt[];
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer; good for an hour. */
  result_url?: string;
  /** The size of a result that is too large for an answer and has no URL, since its event hides parts of it. */
  result_bytes?: number;
  /** The JSON pointers of the parts of the result that are shown as `[redacted]`. */
  redacted?: string[];
  error?: JobFailure;
  reason?: string;
  /** The job whose result answered this run, which was not executed. */
  cached_from?: string;
}

/** The series of a recurring job. Times are epoch milliseconds. */
export interface JobRepeat {
  cron?: string;
  tz?: string;
  every?: number;
  /** The time that `every` is counted from: the first run. */
  anchor: number;
  limit?: number;
  end_date?: number;
  overlap: "skip" | "queue" | "cancel_previous";
  missed?: "skip" | "once" | "all";
  /** Milliseconds. */
  max_lateness_ms?: number;
  /** Milliseconds. */
  spread_ms?: number;
  /** How much later every run starts because of `spread_ms`, in milliseconds. */
  offset_ms?: number;
  /** The dates, and the product's calendars, on whose days no run is planned. */
  except?: string[];
}

/** A step of a feature. Times are epoch milliseconds. */
export interface JobStep {
  /** `skipped`: its condition was not met. `not_started`: the feature has not reached it yet. */
  status: JobStatus | "skipped" | "not_started";
  /** The job that runs the step. */
  job_id?: string;
  started_at?: number;
  finished_at?: number;
  error?: JobFailure;
}

/** A step of a feature as the catalog has it. */
export interface JobGraphStep {
  /** `sequence.step`: the name of its state in `steps`. */
  step: string;
  sequence: string;
  /** The tag of the event that the step runs. */
  event: string;
  /** The steps that end before it starts, as `sequence.step`. */
  depends_on: string[];
  /** Whether the step is skipped unless a condition holds. */
  conditional: boolean;
  /** Milliseconds between the end of the steps that it depends on and its start. */
  delay?: number;
  /** Whether the feature continues if the step fails. */
  allow_fail?: boolean;
}

/** A channel of a notification. */
export type JobChannel = ({ status: "sent" } | { status: "failed"; code: JobErrorCode; provider_code?: string }) & {
  /** The recipients that were reached, each with the provider's message id. */
  sent?: { to: string; id: string }[];
  /** Recipients that no longer exist and should be removed. */
  dead?: { to: string; reason: string }[];
  /** The HTTP status that the callback URL answered. */
  response_status?: number;
};

/** One attempt at a run. Times are epoch milliseconds. */
export interface JobAttempt {
  attempt: number;
  due_at: number;
  started_at: number;
  ended_at: number;
  outcome: "completed" | "failed" | "cancelled";
  /** How many executions of this attempt crashed before it ended. */
  crashes?: number;
  /** The job whose result it was answered with, without being executed. */
  cached_from?: string;
  error?: JobFailure;
  /** Which target of a fallback or quota ran it. Absent for events that name a single target. */
  target?: JobTarget;
  /** Milliseconds from its start to its end. */
  duration_ms: number;
  /** Milliseconds from when it was due to when it started. */
  lateness_ms: number;
}

/** Which target of a fallback or quota ran an attempt. */
export interface JobTarget {
  /** The catalog entry that ran it, or the last one that was tried. */
  name: string;
  /** The entries that were tried before it, in order, and the error code of each. */
  tried?: { name: string; code: string }[];
  /** The entries that come before it and were not tried first, because they had just failed. */
  left_out?: string[];
}

/** Why an attempt failed. */
export interface JobFailure {
  code: JobErrorCode;
  message: string;
  /**
   * The provider's own code of the failure, if it gave one.
   * @example `"CARD_DECLINED"`
   */
  provider_code?: string;
  /** Whether another attempt may succeed. */
  retryable: boolean;
}

export const isFinished = ({ status }: Pick<JobReceipt, "status">): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";
