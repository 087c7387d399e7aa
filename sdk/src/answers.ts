import type { JobRepeat, JobSummary, JobType } from "./job.ts";
import type { LimitGate, LimitRate } from "./limit-gate.ts";
import type { PauseReference } from "./pause.ts";

/** Why a job was not changed. */
export interface BulkError {
  job_id: string;
  /**
   * A stable code.
   * @example `"STATE_CONFLICT"`
   */
  code: string;
  detail: string;
}

/** The outcome of a bulk change. */
export interface BulkResult {
  matched: number;
  succeeded: number;
  failed: number;
  /** One for each job that was not changed. */
  errors: BulkError[];
  /** `succeeded` by the name it has in Ductape. */
  count: number;
  /** Of a dry run only: the jobs that would be changed, as they are now. `succeeded` counts them. */
  would_change?: JobSummary[];
}

/** Estimates, to within a factor of two; null if there is nothing to measure. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Statistics of one product and env over whole hours. Times are epoch milliseconds. */
export interface Stats {
  product_tag: string;
  env: string;
  /** The start of the first counted hour. */
  from: number;
  /** The end of the last counted hour. */
  to: number;
  counts: { scheduled: number; completed: number; failed: number; cancelled: number };
  /** The share of completed runs among completed and failed ones. */
  success_rate: number | null;
  completed_first_try: number;
  completed_after_retry: number;
  /** Attempts that ended, over runs that completed or failed. */
  mean_attempts: number | null;
  /** From when an attempt was due to when it started. */
  lateness_ms: Percentiles;
  /** From when an attempt started to when it ended. */
  duration_ms: Percentiles;
  /** With `part_hours`: the parts of the window, oldest first. Times are epoch milliseconds. */
  parts?: { from: number; to: number; counts: Stats["counts"] }[];
}

/** The products and envs that have had jobs in the last 90 days. */
export interface Active {
  /** The latest first. */
  tenants: {
    product_tag: string;
    env: string;
    /** The start of the latest hour in which a job was scheduled or ended. Epoch milliseconds. */
    last_active_at: number;
  }[];
}

/** How many jobs are due in each of the next minutes. Times are epoch milliseconds. */
export interface Upcoming {
  /** The start of the current minute. */
  from: number;
  /** How many pending jobs are due in the minute that starts at `at`. Those that are due already are not counted. */
  minutes: { at: number; count: number }[];
  /** The sum of the counts. */
  total: number;
  /** Whether more jobs are due than were counted: the last minute is then incomplete, and later ones are missing. */
  truncated: boolean;
  /** The minutes that hold more jobs than EventBridge Scheduler starts in a minute, earliest first. */
  hot_minutes: HotMinute[];
  /** How many schedules EventBridge Scheduler starts per second, by the quota that the deployment knows. */
  starts_per_second: number;
}

/** A minute that holds more jobs of one product and env than EventBridge Scheduler starts in a minute. */
export interface HotMinute {
  /** The start of the minute, epoch milliseconds. */
  at: number;
  product_tag: string;
  env: string;
  /** Roughly how many jobs have been scheduled for it, those cancelled since included. */
  count: number;
  /** By how many minutes earlier the messages of further jobs in its quarter hour are asked for. */
  further_minutes: number;
}

/** The route that a job takes to its consumer. Times are epoch milliseconds. */
export type JobRoute =
  | { via: "queue"; delay_seconds: number; why: string }
  | {
      via: "scheduler";
      /** When its message is asked for, at the latest and at the earliest: the id of the job decides between the two. */
      schedule_at: number;
      schedule_from: number;
      /** Roughly how many jobs of the product and env are scheduled for the same minute; 0 for less than some hundred. */
      jobs_in_minute: number;
      /** By how many minutes the message is asked for earlier because many jobs are due then. */
      further_minutes: number;
      why: string;
    };

/** A time at which a job would run. */
export interface FireTime {
  /** Epoch milliseconds. */
  at: number;
  /**
   * The same time as an RFC 3339 string, in the time zone of the series.
   * @example `"2030-01-31T09:00:00.000+01:00"`
   */
  local: string;
  /** The effect of daylight saving time on this run, if any. */
  note?: string;
}

/** When an attempt may start, in milliseconds after the first one is due, if every attempt before it fails. */
export interface AttemptWindow {
  attempt: number;
  /** If each attempt before fails at once and the jitter is as small as it gets. */
  earliest_ms: number;
  /** If each takes its whole timeout and the jitter is as large as it gets. */
  latest_ms: number;
}

/** What a million such jobs would cost on AWS. */
export interface CostEstimate {
  usd_per_million: number;
  region: string;
  /** The date of the prices. */
  prices_as_of: string;
  breakdown: { what: string; count: number; usd_per_million: number }[];
  assumptions: string[];
}

/** A limit that an attempt passes, for the key of the request. */
export interface ExplainedGate extends LimitGate {
  /** The name of the limit in the catalog. */
  limit: string;
  concurrency?: number;
  rate?: LimitRate;
  /** What an attempt that is due now would do: `wait` if no slot is free, its rate has a later start, or others stand in line. */
  would: "start" | "wait";
}

/** What a request would lead to. Times are epoch milliseconds. */
export interface Explanation {
  valid: true;
  job: {
    product_tag: string;
    env: string;
    event: string;
    type: JobType;
    app?: string;
    /** The catalog entry that the event runs, and its section. */
    target: { section: string; name: string };
    /** The targets that the entry stands for, in the order in which they are tried. Absent for a single target. */
    targets?: { name: string; order: number; weight?: number; share?: number }[];
    due_at: number;
    recurring: boolean;
    repeat?: JobRepeat;
    expires_at?: number;
    timeout_ms: number;
    retries: number;
    retry_policy: {
      initial_delay: number;
      max_delay: number;
      backoff_multiplier: number;
      jitter: boolean;
      /** The part of each delay that is random, 0 to 1. Absent: all of it. */
      jitter_percent?: number;
      retryable_errors: string[];
      /** Whether nothing else is retried. */
      only_retryable_errors?: boolean;
      non_retryable_errors: string[];
    };
    labels?: string[];
    /** Seconds of head start in the lines of limits, if any. */
    priority?: number;
    fairness_key?: string;
    /** Requests with this key share a job until it starts; both times in milliseconds. A long key is shown as its hash. */
    debounce?: { key: string; delay: number; max_wait: number };
    /** At most one job with this key is open. A long key is shown as its hash. */
    unique?: { key: string; on_conflict: "skip" | "replace" | "cancel_running" };
    input_bytes: number;
  };
  route: JobRoute;
  /** What is accepted and may not mean what its writer thinks, such as `every` beside `cron`, and where in the request it is. */
  notes?: { pointer: string; detail: string }[];
  /**
   * The session of the request, whose token is valid: what of it was checked, the names of the claims that the job would keep, and
   * which of these the token does not have.
   */
  session?: { tag: string; checked: string[]; claims: string[]; absent?: string[] };
  /** The limits that an attempt passes, and what it would meet there now. Absent if the event has none. */
  gates?: ExplainedGate[];
  /**
   * For how many milliseconds its result answers later jobs with its cache tag, and the job whose result would answer it now. Absent
   * if the request has no tag.
   */
  cache?: { tag: string; ttl_ms: number; cached_from?: string };
  /** The pauses that would hold the job at its time: it starts once all of them have ended. */
  pauses?: PauseReference[];
  /** The next run times, at most 10. */
  next_runs: FireTime[];
  retry_timetable: AttemptWindow[];
  estimated_cost: CostEstimate;
}
