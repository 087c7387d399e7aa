/** What an event does. */
export type JobType = "action" | "notification" | "database_action" | "function" | "storage" | "feature";

/** Where a job stands: it ends as `completed`, `failed` or `cancelled`. */
export type JobStatus = "scheduled" | "queued" | "running" | "completed" | "failed" | "cancelled" | "paused";

/** Why an attempt failed; a stable word. */
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
  /** Example: `"job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"`. */
  job_id: string;
  status: JobStatus;
  /** When it starts, or starts for the first time. */
  scheduled_at: number;
  /** Whether it runs more than once. */
  recurring: boolean;
  /** When a recurring job runs next. */
  next_run_at?: number;
}

/** A job as lists show it. Times are epoch milliseconds. */
export interface JobSummary extends JobReceipt {
  product_tag: string;
  env: string;
  event: string;
  type: JobType;
  app?: string;
  /** The occurrence of the job, from 1; a one-time job has only that. */
  run: number;
  /** The try at this run, from 1. */
  attempt: number;
  /** How many further attempts follow a failed one. */
  retries: number;
  /** Milliseconds that one attempt may take. */
  timeout_ms: number;
  /** When the current attempt may start. */
  due_at: number;
  created_at: number;
  started_at?: number;
  finished_at?: number;
  expires_at?: number;
  labels?: string[];
  /** The series of a recurring job. */
  repeat?: JobRepeat;
  /** The feature of which the job is a step: its job and run, and the step as `sequence.step`. */
  parent?: { job_id: string; run: number; step: string };
  /** Why it failed, or why its latest attempt did. */
  error?: JobFailure;
  /** Why it was cancelled. Example: `"expired"`. */
  reason?: string;
}

/** A job as the API shows it; the input is not part of it. */
export interface Job extends JobSummary {
  /** The attempts of the current run, oldest first; the last 25 are kept. */
  attempts: JobAttempt[];
  /** How far each step of a feature is, by `sequence.step` and in their order. Features only. */
  steps?: Record<string, JobStep>;
  /**
   * What became of each channel of a notification that has failed, or that will be tried again. Where it has completed, they
   * are in its result.
   */
  channels?: Record<string, JobChannel>;
  /** The result of a completed job. */
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer; good for an hour. */
  result_url?: string;
}

/** One occurrence of a job; a one-time job has only one. Times are epoch milliseconds. */
export interface JobRun {
  /** Its number, from 1. */
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
  error?: JobFailure;
  reason?: string;
}

/** The series of a recurring job, as it is kept. Times are epoch milliseconds. */
export interface JobRepeat {
  cron?: string;
  tz?: string;
  every?: number;
  /** What `every` is counted from: the first run. */
  anchor: number;
  limit?: number;
  end_date?: number;
  overlap: "skip" | "queue";
}

/** A step of a feature. Times are epoch milliseconds. */
export interface JobStep {
  /** `skipped`: its condition did not hold. `not_started`: the feature has not come to it. */
  status: JobStatus | "skipped" | "not_started";
  /** The job that runs it. */
  job_id?: string;
  started_at?: number;
  finished_at?: number;
  error?: JobFailure;
}

/** A channel of a notification. */
export type JobChannel = ({ status: "sent" } | { status: "failed"; code: JobErrorCode }) & {
  /** Who was reached, and the provider's id of the message. */
  sent?: { to: string; id: string }[];
  /** Recipients that no longer exist: forget them. */
  dead?: { to: string; reason: string }[];
  /** The status that a callback answered with. */
  response_status?: number;
};

/** One try at a run. Times are epoch milliseconds. */
export interface JobAttempt {
  attempt: number;
  due_at: number;
  started_at: number;
  ended_at: number;
  outcome: "completed" | "failed" | "cancelled";
  /** How often this attempt was started and not heard of again before it ended. */
  crashes?: number;
  error?: JobFailure;
  /** Milliseconds from its start to its end. */
  duration_ms: number;
  /** Milliseconds from when it was due to when it started. */
  lateness_ms: number;
}

/** Why an attempt failed. */
export interface JobFailure {
  code: JobErrorCode;
  message: string;
  /** Whether another attempt may help. */
  retryable: boolean;
}

export const isFinished = ({ status }: Pick<JobReceipt, "status">): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";
