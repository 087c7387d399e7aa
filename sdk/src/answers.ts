/* Made by `npm run generate` from the schemas in lambdas/ and the table of settings. Change those instead. */

import type { DuctapeJob } from "./ductape-job.ts";

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

/**
 * What a key may do: `jobs:read` reads, `jobs:write` schedules and changes, `jobs:input` shows the inputs of jobs,
 * `jobs:admin` does all of it, and bulk changes, `audit:read` shows who has changed what, which `jobs:admin` does
 * too.
 */
export type JobVerb = "jobs:read" | "jobs:write" | "jobs:input" | "jobs:admin" | "audit:read";

/** What the API returns once it has accepted a job. */
export interface JobReceipt {
  /**
   * The id of the job.
   * @example `"job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"`
   */
  job_id: string;
  status: JobStatus;
  /** When the job starts, or starts for the first time. Epoch milliseconds. */
  scheduled_at: number;
  /** Whether the job has a series of runs. */
  recurring: boolean;
  /** When a recurring job runs next. Epoch milliseconds. */
  next_run_at?: number;
  /** The request was added to a debounced job that waits: the job runs with this request's input. */
  debounced?: true;
  /** Nothing was made: this is the open job that has the unique key of the request. */
  skipped?: true;
  /** The job with the same unique key that was cancelled for this one. */
  replaced?: string;
}

/** A job as lists show it. */
export interface JobSummary extends DuctapeJob {
  /**
   * The id of the job.
   * @example `"job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"`
   */
  job_id: string;
  status: JobStatus;
  /** When the job starts, or starts for the first time. Epoch milliseconds. */
  scheduled_at: number;
  /** Whether the job has a series of runs. */
  recurring: boolean;
  /** When a recurring job runs next. Epoch milliseconds. */
  next_run_at?: number;
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
  /**
   * Up to which attempt it is tried, once a caller has retried it: its retries count from there. Of others that is
   * `retries` + 1.
   */
  most_attempts?: number;
  /** How long one attempt may take, in milliseconds. */
  timeout_ms: number;
  /** When the current attempt may start. Epoch milliseconds. */
  due_at: number;
  /** When the job was requested. Epoch milliseconds. */
  created_at: number;
  /** When the latest attempt started. Epoch milliseconds. */
  started_at?: number;
  /**
   * When the first attempt of the run started: its lateness is counted from scheduled_at to here. Absent before
   * that, and once 25 later attempts have been made. Epoch milliseconds.
   */
  first_started_at?: number;
  /** How late the first attempt of the run started, and why. Known once that attempt has ended. */
  lateness?: {
    /** Milliseconds from `scheduled_at` to the start of the first attempt. */
    total_ms: number;
    /** Milliseconds for which a pause held it, its turn after the end of the pause included. */
    paused_ms?: number;
    /** The limit in whose line it stood, and for how many milliseconds. */
    limits?: {
      limit: string;
      ms: number;
    }[];
    /** What is left of that: for so long it was late, and nothing held it. */
    late_ms: number;
  };
  /** An attempt of the run has failed, and another one is made or waits for its time. */
  retrying?: {
    /** Which attempt it is, from 2. */
    attempt: number;
    /** How many there may be. */
    of: number;
  };
  /** When the job ended. Epoch milliseconds. */
  finished_at?: number;
  /** No attempt starts after this time: a job that still waits is cancelled. Epoch milliseconds. */
  expires_at?: number;
  labels?: string[];
  /** The key by which the job takes turns with others in its queue. */
  fairness_key?: string;
  /** The series of a recurring job. */
  repeat?: JobRepeat;
  /** The feature of which the job is a step. */
  parent?: {
    /** The feature's job. */
    job_id: string;
    /** The run of the feature's job. */
    run: number;
    /** The step, as `sequence.step`. */
    step: string;
    /** The job undoes the step. */
    undo?: true;
  };
  /** The session of its request. Neither its token nor its claims are shown. */
  session?: {
    tag: string;
  };
  /** The schedule of the catalog that the job belongs to. */
  schedule?: string;
  /** It takes in later requests of its key until it starts. */
  debounce?: {
    /** The key, or its hash if it is longer than 64 characters. Empty: all requests of the event share one. */
    key: string;
    /** When it starts at the latest. Epoch milliseconds. */
    until: number;
    /** How many requests it stands for. */
    requests: number;
  };
  /** The tag under which its result is remembered. */
  cache?: string;
  /** The hash of the code that the run of a feature in code began with, and goes on with. */
  bundle?: string;
  /** The job whose result answered this one, which was not executed: it has the same cache tag, event and input. */
  cached_from?: string;
  /** The limits that its attempts pass, with the keys that its input gave. Absent if its event has none. */
  gates?: {
    limit: string;
    key: string;
  }[];
  /** It is the only open job of this key. */
  unique?: {
    /** The key, or its hash if it is longer than 64 characters. Empty: all requests of the event share one. */
    key: string;
  };
  /** Why the job failed, or why its latest attempt did. */
  error?: JobFailure;
  /**
   * Why the job was cancelled.
   * @example `"expired"`
   */
  reason?: string;
  /** The run of a feature has failed or was cancelled, and ends once its completed steps are undone. */
  ending?: {
    /** The status that the job will have. */
    cause: "failed" | "cancelled";
    /** When that began. Epoch milliseconds. */
    since: number;
    /** How many steps there are to undo, once that is known. */
    steps?: number;
    /** How many of them are undone, as of the latest decision. */
    undone?: number;
    /** How many of them could not be undone. */
    failed?: number;
  };
  /** The run of a feature has failed or was cancelled, and its completed steps were undone. */
  rolled_back?: {
    /** How many steps there were to undo. */
    steps: number;
    /** How many of them are not undone. */
    failed: number;
    /** Why the undo was given up before its end: there may have been more steps to undo. */
    error?: JobFailure;
  };
  /**
   * What keeps a job from its start: a pause, or the limit in whose line it stands for a slot or a start. Lists show
   * that for the first 50 such jobs of a page, without position and start.
   */
  waiting_for?: PauseReference | LimitWait;
  /** What a run of a feature waits for, as of its latest decision: its first ten open waits, the oldest first. */
  waits?: RunWait[];
}

/** A job as the API shows it. Its input is not part of it. */
export interface Job extends JobSummary {
  /** Seconds of head start in the lines of limits, if any. */
  priority?: number;
  /** How often a provider has put off the current attempt by a Retry-After, and since when. That spends no attempt. */
  snoozes?: {
    count: number;
    /** When the first try that was put off had started. Epoch milliseconds. */
    since: number;
  };
  /** The trace of its request, as hexadecimal digits. Absent if that brought none, and no spans are exported. */
  trace_id?: string;
  /** Who requested it. Absent if it was made before jobs kept that. */
  made_by?: Actor;
  /** The last change by a caller, if there was any. */
  by?: ChangedBy;
  /** The attempts of the current run, oldest first. The last 25 are kept. */
  attempts: JobAttempt[];
  /**
   * The state of each step of a feature, by `sequence.step` and in the order of its definition. Of a list, which
   * runs the items of a step with `for_each`: its items, as `main.ship[7]`, or its pages of up to 100 items, as
   * `main.ship[100-199]`. Features only.
   */
  steps?: Record<string, JobStep>;
  /** How far the items have come, of a list or a page. */
  for_each?: {
    /** The items of the list. */
    items: number;
    /** Those that have completed. */
    done: number;
    /** Those that have failed. */
    failed: number;
    /** Those that have started and not ended. */
    open: number;
  };
  /**
   * The steps of a feature in the order of its definition, those included that have not begun, and what each depends
   * on. Features only, and absent once the catalog has lost the event of a run that keeps none.
   */
  graph?: JobGraphStep[];
  /**
   * The definition that the run of a feature keeps, from its first decision on, whatever is deployed meanwhile. Of a
   * run of code, the entry of the catalog: its code is `bundle`.
   */
  definition?: {
    /** The same for runs that keep the same definition. */
    id: string;
    /** Whether the catalog still says the same. A new run would keep what it says now. */
    current: boolean;
    /** How many definitions the event has had since, that of the present catalog included. */
    behind: number;
  };
  /**
   * The outcome of each channel of a notification that has failed or will be retried. Once it has completed, its
   * result has them.
   */
  channels?: Record<string, JobChannel>;
  /** What the handler of a feature in code has set last, by `ctx.setState`. */
  state?: Record<string, unknown>;
  /**
   * Why the run of a feature in code cannot go on. It is tried again, more and more rarely, until a deployment or
   * `POST /v1/jobs/{id}/migrate` mends it.
   */
  parked?: {
    code:
      | "NON_DETERMINISTIC"
      | "OUTSIDE_STEP"
      | "NO_PROGRESS"
      | "TOO_MANY_STEPS"
      | "DUPLICATE_KEY"
      | "CRASHED"
      | "UNKNOWN_DEFINITION"
      | "UNKNOWN_FEATURE"
      | "PROTOCOL"
      | "TOO_LARGE";
    message: string;
    /** The key of the step. */
    step?: string;
    /** Where in the source, as `file:line`. */
    at?: string;
    /** Since when. Epoch milliseconds. */
    since: number;
    /** What mends it, where the message does not say that. */
    advice?: string;
  };
  /** What a function of the product's own code has reported last, by `ctx.progress`. */
  progress?: unknown;
  /** The result of a completed job. Its shape depends on the event. */
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer. The URL is valid for an hour. */
  result_url?: string;
  /** The size of a result that is too large for an answer and has no URL, since its event hides parts of it. */
  result_bytes?: number;
  /** The JSON pointers of the parts of the result that are shown as `[redacted]`, as the catalog has them. */
  redacted?: string[];
}

/** The input of a job. */
export interface JobInputView {
  job_id: string;
  /**
   * The input as it is stored, or with `as=request` as a request for another job spells it, with `[redacted]` in
   * place of the parts that its event hides.
   */
  input?: unknown;
  /** The JSON pointers of the parts that are hidden, as the catalog has them. */
  redacted?: string[];
  /** Where to download the JSON of an input that is too large for an answer. The URL is valid for an hour. */
  input_url?: string;
  /**
   * The size of an input that is too large for an answer and has no URL: its event hides parts of it, or
   * `as=request` would spell it differently.
   */
  input_bytes?: number;
}

/** One occurrence of a job. A one-time job has only one. */
export interface JobRun {
  /** The number of the run, from 1. */
  run: number;
  status: JobStatus;
  /** When it was planned to start. Epoch milliseconds. */
  scheduled_at: number;
  /** When the last of its attempts was due, or the next one is. Epoch milliseconds. */
  due_at: number;
  /** When its latest attempt started. Epoch milliseconds. */
  started_at?: number;
  /** When it ended. Epoch milliseconds. */
  finished_at?: number;
  attempts: JobAttempt[];
  error?: JobFailure;
  reason?: string;
  /** The job whose result answered this one, which was not executed: it has the same cache tag, event and input. */
  cached_from?: string;
  /** The run of a feature has failed or was cancelled, and its completed steps were undone. */
  rolled_back?: {
    /** How many steps there were to undo. */
    steps: number;
    /** How many of them are not undone. */
    failed: number;
    /** Why the undo was given up before its end: there may have been more steps to undo. */
    error?: JobFailure;
  };
  /** The result of a completed job. Its shape depends on the event. */
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer. The URL is valid for an hour. */
  result_url?: string;
  /** The size of a result that is too large for an answer and has no URL, since its event hides parts of it. */
  result_bytes?: number;
  /** The JSON pointers of the parts of the result that are shown as `[redacted]`, as the catalog has them. */
  redacted?: string[];
}

/** Who made a job. */
export interface Actor {
  /**
   * An API key, an IAM identity, a service of AWS that brought the request, a schedule of the catalog, the feature
   * of which the job is a step, or an alert of the catalog.
   */
  kind: "key" | "identity" | "service" | "schedule" | "parent" | "alert";
  /** The id of the key, `deployed` for the one that the deployment created; of the identity, or of the feature's job. */
  id?: string;
  /** The name of the key, of the service, or of the schedule. */
  name?: string;
}

/** The last change of a job by a caller, and not by its own execution. */
export interface ChangedBy {
  /**
   * An API key, an IAM identity, a service of AWS that brought the request, a schedule of the catalog, the feature
   * of which the job is a step, or an alert of the catalog.
   */
  kind: "key" | "identity" | "service" | "schedule" | "parent" | "alert";
  /** The id of the key, `deployed` for the one that the deployment created; of the identity, or of the feature's job. */
  id?: string;
  /** The name of the key, of the service, or of the schedule. */
  name?: string;
  /** What was done to the job. */
  change: "cancel" | "pause" | "resume" | "reschedule" | "retry" | "run_now" | "skip_next" | "migrate" | "replace";
  /** When that was. Epoch milliseconds. */
  at: number;
  /** The operation on many jobs that has done it. */
  operation_id?: string;
}

/** The series of a recurring job. */
export interface JobRepeat {
  cron?: string;
  tz?: string;
  /** Milliseconds. */
  every?: number;
  /** The time that `every` is counted from: the first run. Epoch milliseconds. */
  anchor: number;
  limit?: number;
  /** No run is planned after this time. Epoch milliseconds. */
  end_date?: number;
  overlap: "skip" | "queue" | "cancel_previous";
  missed?: "skip" | "once" | "all";
  /** How late a run may start, in milliseconds. */
  max_lateness_ms?: number;
  /** The most that every run may start later, in milliseconds. */
  spread_ms?: number;
  /** How much later every run starts because of `spread_ms`, in milliseconds. */
  offset_ms?: number;
  /** The dates, and the product's calendars, on whose days no run is planned. */
  except?: string[];
}

/** The state of a step of a feature. */
export interface JobStep {
  /**
   * `skipped`: its condition was not met. `waiting`: it waits for a signal, a decision or a time. `not_started`: the
   * feature has not reached it yet.
   */
  status:
    | "scheduled"
    | "queued"
    | "running"
    | "completed"
    | "failed"
    | "cancelled"
    | "paused"
    | "skipped"
    | "waiting"
    | "not_started";
  /** The job that runs the step. */
  job_id?: string;
  /** When its job was made. Epoch milliseconds. */
  created_at?: number;
  /**
   * The latest three of the attempts before the one of `started_at`. Absent if there were none, and in runs of more
   * than 1,000 steps.
   */
  earlier_attempts?: {
    /** When it started. Epoch milliseconds. */
    started_at: number;
    /** When it ended. Epoch milliseconds. */
    ended_at: number;
  }[];
  /** When it started: the latest attempt of its job. Epoch milliseconds. */
  started_at?: number;
  /** When it ended. Epoch milliseconds. */
  finished_at?: number;
  /** The signals of which the first message ends it, of a step that waits or has waited for signals. */
  waits_for?: {
    signal: string;
    /** Absent where only messages to the run itself are meant. */
    key?: string;
  }[];
  /** When it ends by itself, of a step that waits or has waited. Epoch milliseconds. */
  until?: number;
  /** The message that ended the wait. */
  received?: {
    signal: string;
    id: string;
    /** When it was accepted. Epoch milliseconds. */
    at: number;
  };
  /** The decision of a person, of a step that waits or has waited for one. */
  approval?: {
    /** For `POST /v1/approvals/{id}`. */
    id: string;
    title: string;
    choices: string[];
    /** Who is asked. The first to decide does so for all. */
    asked: string[];
    decision?: {
      choice: string;
      /** One of `asked`, or the id of an API key. Absent where the time-out decided. */
      by?: string;
      /** When it was decided. Epoch milliseconds. */
      at: number;
      note?: string;
    };
  };
  /** No message or decision came in time. */
  timed_out?: true;
  /** The items, of a step that runs for each item of a list. */
  for_each?: {
    /** The items of the list. */
    items: number;
    /** Those that have completed. */
    done: number;
    /** Those that have failed. */
    failed: number;
    /** Those that have started and not ended. */
    open: number;
  };
  error?: JobFailure;
  /**
   * What own code of a run of code has returned, for keys with `jobs:input`. Absent if it has more than 1 KB of
   * JSON, if the event hides anything (`redact`), and in runs of more than 1,000 steps.
   */
  returned?: unknown;
  /** What own code of a run of code has thrown, for keys with `jobs:input`. Absent in runs of more than 1,000 steps. */
  thrown?: JobThrown;
  /** The state of the undo of a step, once that has begun. */
  undo?: {
    /** `not_started`: its event is missing. Otherwise the status of its job. */
    status: "scheduled" | "queued" | "running" | "completed" | "failed" | "cancelled" | "paused" | "not_started";
    /** The job that undoes the step. */
    job_id?: string;
    /** When its job was made. Epoch milliseconds. */
    created_at?: number;
    /**
     * The latest three of the attempts before the one of `started_at`. Absent if there were none, and in runs of more
     * than 1,000 steps.
     */
    earlier_attempts?: {
      /** When it started. Epoch milliseconds. */
      started_at: number;
      /** When it ended. Epoch milliseconds. */
      ended_at: number;
    }[];
    /** When it started. Epoch milliseconds. */
    started_at?: number;
    /** When it ended. Epoch milliseconds. */
    finished_at?: number;
    /** The items that had completed, of a step whose items are undone one by one. */
    for_each?: {
      /** The items of the list. */
      items: number;
      /** Those that have completed. */
      done: number;
      /** Those that have failed. */
      failed: number;
      /** Those that have started and not ended. */
      open: number;
    };
    error?: JobFailure;
  };
}

/** What a run of a feature waits for. */
export interface RunWait {
  /** The step that waits, as `sequence.step`. */
  step: string;
  /** Since when it waits. Epoch milliseconds. */
  since: number;
  /** When it ends by itself. Epoch milliseconds. */
  until: number;
  /** The first three signals of which a message ends it. Absent for a wait for a time. */
  signals?: {
    signal: string;
    /** Absent where only messages to the run itself are meant. */
    key?: string;
  }[];
  /** The first three who are asked, of a step that waits for the decision of a person. */
  asked?: string[];
}

/** A step of a feature as the catalog has it. */
export interface JobGraphStep {
  /** The step, as `sequence.step`: the name of its state in `steps`. */
  step: string;
  sequence: string;
  /** The tag of the event that the step runs. A step that waits runs none. */
  event?: string;
  /**
   * What a step that waits is for: the signals of which the first message ends it, a time, or the decision of a
   * person.
   */
  waits_for?:
    | {
        signals: string[];
      }
    | {
        time: true;
      }
    | {
        approval: true;
      };
  /** The app of the event, if the step names one. */
  app?: string;
  /** The steps that end before it starts, as `sequence.step`. */
  depends_on: string[];
  /** Whether the step is skipped unless a condition holds. */
  conditional: boolean;
  /** Milliseconds between the end of the steps that it depends on and its start. */
  delay?: number;
  /** Whether the feature continues if the step fails. */
  allow_fail?: boolean;
  /** The tag of the event that undoes the step. */
  undo?: string;
  /** Its items are undone one by one. Absent: the step is undone as a whole. */
  undo_each?: true;
  /** The job of the step goes on when the feature ends. Absent: it is cancelled. */
  on_parent_end?: "abandon";
  /** Of a step that runs for each item of a list. */
  for_each?: {
    /** How many items may be open at a time. */
    concurrency: number;
  };
}

/** The outcome of a channel of a notification. */
export type JobChannel =
  | {
      status: "sent";
      /** The recipients that were reached, each with the provider's message id. */
      sent?: {
        to: string;
        id: string;
      }[];
      /** Recipients that no longer exist and should be removed. */
      dead?: {
        to: string;
        reason: string;
      }[];
      /** The HTTP status of the callback URL's response. */
      response_status?: number;
    }
  | {
      status: "failed";
      code: JobErrorCode;
      /**
       * The provider's own code of the failure, if it gave one.
       * @example `"card_declined"`, or `"40P01"`
       */
      provider_code?: string;
      /** The recipients that were reached, each with the provider's message id. */
      sent?: {
        to: string;
        id: string;
      }[];
      /** Recipients that no longer exist and should be removed. */
      dead?: {
        to: string;
        reason: string;
      }[];
      /** The HTTP status of the callback URL's response. */
      response_status?: number;
    };

/** One attempt at a run. */
export interface JobAttempt {
  attempt: number;
  /** When the attempt was due. Epoch milliseconds. */
  due_at: number;
  /** When it started. Epoch milliseconds. */
  started_at: number;
  /** When it ended. Epoch milliseconds. */
  ended_at: number;
  outcome: "completed" | "failed" | "cancelled";
  /** How many executions of this attempt crashed before it ended. */
  crashes?: number;
  /** The job whose result answered this one, which was not executed: it has the same cache tag, event and input. */
  cached_from?: string;
  error?: JobFailure;
  /** What the product's own code has thrown. For keys with `jobs:input` only, since it may quote the input. */
  thrown?: JobThrown;
  /**
   * What the provider has answered to the first and to the last failed attempt of the run. For keys with
   * `jobs:input` only, since it may quote the input; absent if its event keeps none.
   */
  answer?: ProviderAnswer;
  /**
   * What the product's own code had written last with `ctx.log` when the first and the last failed attempt of the
   * run ended. For keys with `jobs:input` only; absent if its event keeps no answers.
   */
  log?: {
    /**
     * The last lines, at most 4 KB, each with its time, level, message and fields. A secret that the code has read
     * with `ctx.secret` is shown as `[credential]`.
     */
    text: string;
    /** There were more before them. */
    cut?: true;
  };
  /** Which target of a fallback or quota ran it. Absent for events that name a single target. */
  target?: JobTarget;
  /** The run of a feature has failed or was cancelled, and its completed steps were undone. */
  rolled_back?: {
    /** How many steps there were to undo. */
    steps: number;
    /** How many of them are not undone. */
    failed: number;
    /** Why the undo was given up before its end: there may have been more steps to undo. */
    error?: JobFailure;
  };
  /** The trace that its calls and messages carried, if it is another one than that of the job. */
  trace_id?: string;
  /** What held it back before it started, if anything did. */
  held?: {
    /** Milliseconds for which a pause held it, its turn after the end of the pause included. */
    paused_ms?: number;
    /** The limit in whose line it stood, and for how many milliseconds. */
    limits?: {
      limit: string;
      ms: number;
    }[];
  };
  /** Milliseconds from its start to its end. */
  duration_ms: number;
  /** Milliseconds from when it was due to when it started. */
  lateness_ms: number;
}

/** What a provider has answered to a failed attempt. */
export interface ProviderAnswer {
  /** The status of the HTTP response. */
  status: number;
  /** Its headers, but for those that carry credentials and cookies. */
  headers: Record<string, string>;
  /** The first 4 KB of its body. A credential that it repeats is shown as `[credential]`. */
  body: string;
  /** The body is not text. */
  body_encoding?: "base64";
  /** There was more of it. */
  cut?: true;
}

/** Which target of a fallback or quota ran an attempt. */
export interface JobTarget {
  /** The catalog entry that ran the attempt, or the last one that was tried. */
  name: string;
  /** The entries that were tried before it, in order, and the error code of each. */
  tried?: {
    name: string;
    code: string;
  }[];
  /** The entries that come before it and were not tried first, because they had just failed. */
  left_out?: string[];
}

/** Why an attempt failed. */
export interface JobFailure {
  code: JobErrorCode;
  message: string;
  /** Whether another attempt may succeed. */
  retryable: boolean;
  /**
   * The provider's own code of the failure, if it gave one.
   * @example `"card_declined"`, or `"40P01"`
   */
  provider_code?: string;
}

/** What a function of the product's own code has thrown. */
export interface JobThrown {
  /**
   * The error's name.
   * @example `"TypeError"`
   */
  name: string;
  message: string;
  /** Where it was thrown, by the lines of the source. The last three attempts have one. */
  stack?: string;
}

export interface JobPage {
  jobs: JobSummary[];
  /** The cursor of the next page. Absent on the last page. */
  next_cursor?: string;
  /** How many jobs were looked at for this page, if it is short although more follow. */
  examined?: number;
  /**
   * The time of the last job that was looked at for such a page: `due_at` while a job is pending, `finished_at`
   * afterwards. Absent for paused jobs, which have none. Epoch milliseconds.
   */
  looked_back_to?: number;
}

export interface RunPage {
  runs: JobRun[];
  /** The cursor of the next page. Absent on the last page. */
  next_cursor?: string;
}

export interface SeriesPage {
  series: Series[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
  /** How many jobs were looked at for this page, if it is short although more follow. */
  examined?: number;
  /**
   * The time of the last job that was looked at for such a page: `due_at` while a job is pending, `finished_at`
   * afterwards. Absent for paused jobs, which have none. Epoch milliseconds.
   */
  looked_back_to?: number;
}

/** A recurring job with its runs. */
export interface Series extends JobSummary {
  /**
   * How the job of a schedule differs from the catalog, which is put right at the next deployment that changes a
   * schedule: a request has `paused`, `rescheduled` or `ended` it; `outdated` and `removed`: the deployment has not
   * been followed yet. Absent if it does not differ.
   */
  drift?: ("removed" | "outdated" | "ended" | "paused" | "rescheduled")[];
  /** The runs that have begun, the latest first, at most 30. */
  last_runs: LastRun[];
  /** The next run times, at most 10. Those of a paused series are the ones that it would have if it were resumed now. */
  next_runs: FireTime[];
}

/** A run of a series that has begun. */
export interface LastRun {
  /** The number of the run, from 1. */
  run: number;
  status: JobStatus;
  /** When the run was planned to start. Epoch milliseconds. */
  scheduled_at: number;
  /** When its latest attempt started. Epoch milliseconds. */
  started_at?: number;
  /** When it ended. Epoch milliseconds. */
  finished_at?: number;
  /**
   * Milliseconds from when its first attempt was due to when that started. With more than 25 attempts: the oldest
   * kept one.
   */
  lateness_ms?: number;
  /** Milliseconds from `started_at` to `finished_at`. */
  duration_ms?: number;
}

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

/** What a request would lead to. */
export interface Explanation {
  valid: true;
  job: {
    product_tag: string;
    env: string;
    event: string;
    type: JobType;
    app?: string;
    /** The catalog entry that the event runs, and its section. */
    target: {
      section: string;
      name: string;
    };
    /**
     * The targets that the entry stands for. With weights, the first one of a job is chosen by its share, and the
     * others follow in this order. Absent for a single target.
     */
    targets?: {
      name: string;
      /** From 1: the order in which they are tried. */
      order: number;
      /** Its share of the jobs is this over the sum of all weights. */
      weight?: number;
      /** The part of the jobs that it is the first target of, from 0 to 1. */
      share?: number;
    }[];
    /** When it would start. Epoch milliseconds. */
    due_at: number;
    recurring: boolean;
    /** The series of a recurring job. */
    repeat?: JobRepeat;
    /** No attempt starts after this time. Epoch milliseconds. */
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
      /** Codes of this API, or a provider's own. */
      retryable_errors: string[];
      /** Whether nothing else is retried. */
      only_retryable_errors?: boolean;
      /** Codes of this API, or a provider's own. */
      non_retryable_errors: string[];
    };
    labels?: string[];
    /** Seconds of head start in the lines of limits, if any. */
    priority?: number;
    /** The key by which the job takes turns with others in its queue. */
    fairness_key?: string;
    /** Requests with this key share a job until it starts. The key is its hash if it is long. */
    debounce?: {
      key: string;
      /** Milliseconds from the last request of the key to the start. */
      delay: number;
      /** The most milliseconds from the first one. */
      max_wait: number;
    };
    /** At most one job with this key is open. The key is its hash if it is long. */
    unique?: {
      key: string;
      on_conflict: "skip" | "replace" | "cancel_running";
    };
    /** The size of the input as JSON. */
    input_bytes: number;
  };
  route: JobRoute;
  /** The limits that an attempt passes, and what it would meet there now. Absent if the event has none. */
  gates?: ExplainedGate[];
  /** What the cache tag of the request would do now. Absent if it has none. */
  cache?: {
    tag: string;
    /** For how long its result answers later jobs, in milliseconds. */
    ttl_ms: number;
    /**
     * The job whose result would answer it now. Absent if it would be executed, and for an event with expressions,
     * whose values are not known yet.
     */
    cached_from?: string;
  };
  /** The next run times, at most 10. */
  next_runs: FireTime[];
  /** When each attempt may start if all attempts before it fail. */
  retry_timetable: AttemptWindow[];
  estimated_cost: CostEstimate;
  /**
   * What the undo of the feature's steps would do. Absent if none has one, and for features in code, which decide
   * that by themselves. A step that is a feature undoes its own steps besides.
   */
  undo?: {
    /** The steps that would be undone, in this order: the last one of the definition first. */
    steps: {
      /** As `sequence.step`. */
      step: string;
      /** The tag of the event that undoes it. */
      event: string;
      /** The event is run for each of its items. */
      each?: true;
      /** The step runs only if its condition holds. */
      conditional?: true;
    }[];
    /** What a million such ends would cost besides, with all of these steps undone. */
    estimated_cost: CostEstimate;
  };
  /**
   * What is accepted and may not mean what its writer thinks, such as `every` beside `cron`, and where in the
   * request it is.
   */
  notes?: {
    /** A JSON pointer into the request. */
    pointer: string;
    detail: string;
  }[];
  /** The session of the request, whose token is valid. Absent if it has none. */
  session?: {
    tag: string;
    /** What was checked of its token. */
    checked: string[];
    /** The names of the claims that are referred to, which the job would keep. */
    claims: string[];
    /** Those that the token does not have. */
    absent?: string[];
  };
  /** The pauses that would hold the job at its time: it starts once all of them have ended. */
  pauses?: PauseReference[];
}

/** What a job waits for, and why. */
export interface JobExplanation {
  job_id: string;
  status: JobStatus;
  /** What it waits for, or how it has ended, in sentences. */
  says: string[];
  /** The waits of a run of a feature, with what has come in vain. */
  waits?: {
    /** The step that waits, as `sequence.step`. */
    step: string;
    /** Since when it waits. Epoch milliseconds. */
    since: number;
    /** When it ends by itself. Epoch milliseconds. */
    until: number;
    /** The first three signals of which a message ends it. Absent for a wait for a time. */
    signals?: {
      signal: string;
      /** Absent where only messages to the run itself are meant. */
      key?: string;
    }[];
    /** The first three who are asked, of a step that waits for the decision of a person. */
    asked?: string[];
    /** The latest messages of its signals that the run has not taken, the last one first: at most 20. */
    messages?: {
      signal: string;
      id: string;
      /** When it was accepted. Epoch milliseconds. */
      at: number;
      /**
       * Why the run has not taken it. `before_run`: it came before the run was made. `other_payload`: its payload lacks
       * what the run's definition declares. `taken`: another wait of the run has. `not_seen`: the run has not looked
       * since.
       */
      why: "before_run" | "other_payload" | "taken" | "not_seen";
    }[];
  }[];
}

/** The route that a job takes to its consumer. */
export type JobRoute =
  | {
      via: "queue";
      delay_seconds: number;
      why: string;
    }
  | {
      via: "scheduler";
      /** When its message is asked for at the latest. Epoch milliseconds. */
      schedule_at: number;
      /**
       * When it is asked for at the earliest: the id of the job, which is not known yet, decides between the two. Epoch
       * milliseconds.
       */
      schedule_from: number;
      /** Roughly how many jobs of the product and env are scheduled for the same minute; 0 for less than some hundred. */
      jobs_in_minute: number;
      /** By how many minutes the message is asked for earlier, because many jobs are due then. */
      further_minutes: number;
      why: string;
    };

/** A limit that an attempt passes, for the key of the request. */
export interface ExplainedGate {
  /** The name of the limit in the catalog. */
  limit: string;
  /** How many attempts with the same key may run at a time. */
  concurrency?: number;
  rate?: LimitRate;
  /** The key; empty for a limit without keys. A long or hidden key is a hash. */
  key: string;
  /** How many slots are held. */
  in_use: number;
  /** How many jobs stand in line for a slot or a start; at most 1,000 are counted. */
  waiting: number;
  /** More than 1,000 jobs stand in line: `estimated` has their number, once the line was counted. */
  more_waiting?: boolean;
  /** Since when the first of them waits. Epoch milliseconds. */
  oldest_wait_since?: number;
  /** The next start that the rate gives out. Nothing is reserved: it goes to the first in line. Epoch milliseconds. */
  next_start?: number;
  /**
   * By when the line follows the present rate at the latest: it was changed, and the line has not heard of it.
   * Absent: it follows. Epoch milliseconds.
   */
  follows_by?: number;
  /** How long the line is, and when it ends: for a rate at which jobs wait, and for a line of more than 1,000. */
  estimated?: LineEstimate;
  /**
   * What an attempt that is due now would do here. `wait`: no slot is free, its rate has a later start, or others
   * stand in line.
   */
  would: "start" | "wait";
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
  /** US dollars for a million such jobs that succeed at the first attempt. */
  usd_per_million: number;
  region: string;
  /** The date of the prices. */
  prices_as_of: string;
  breakdown: {
    what: string;
    /** The number of units per run: requests, KB written or GB-seconds. */
    count: number;
    usd_per_million: number;
  }[];
  assumptions: string[];
}

/** What a job has used, times list prices. An estimate. */
export interface JobCost {
  job_id: string;
  /** What the job has used, with its steps. In US dollars, by list prices. */
  usd: number;
  /** The job has not ended. */
  so_far?: true;
  /** The same by parts of AWS, those that were used. */
  parts: CostPart[];
  /** The same by what was done. */
  breakdown: {
    what: string;
    /** The number of units: requests, KB written, reads or GB-seconds. */
    count: number;
    /** What they cost. In US dollars, by list prices. */
    usd: number;
  }[];
  /** Of a series: how many of its runs were looked at, the latest ones, and how many it has had. */
  runs?: {
    examined: number;
    of: number;
  };
  /** The steps of the feature. Absent for any other job. */
  steps?: {
    /** How many jobs of steps were looked at, the steps of steps included. */
    examined: number;
    /** What the steps have used; it is part of the whole. In US dollars, by list prices. */
    usd: number;
    /** There are more of them than were looked at. */
    more?: true;
    /** How many of them are no longer kept. Absent: none. */
    missing?: number;
  };
  /**
   * What `POST /v1/explain` says of a million such jobs: one run each that succeeds at its first attempt, without
   * steps and limits.
   */
  estimated: CostEstimate;
  /** The Region whose prices these are. */
  region: string;
  /** The date of the prices. */
  prices_as_of: string;
  /** What is taken where nothing is measured. */
  assumptions: string[];
  /** What is not in it. */
  not_counted: string[];
  /** What is not known of this job, and what is taken instead. */
  unknown?: string[];
}

/** What a job has used of one part of AWS. */
export interface CostPart {
  part: "requests" | "functions" | "table" | "queues" | "schedules" | "bucket" | "events";
  /** What was used of it. In US dollars, by list prices. */
  usd: number;
}

/** What the jobs of a product have used in some time, times list prices. An estimate. */
export interface Costs {
  product_tag: string;
  /** Absent: all that the key has access to. */
  env?: string;
  /** The start of the time. Epoch milliseconds. */
  from: number;
  /** Its end, which is not part of it. Epoch milliseconds. */
  to: number;
  by: "event" | "label";
  /** What the runs that were looked at have used. In US dollars, by list prices. */
  usd: number;
  /** How many runs were looked at that have ended in this time. */
  runs: number;
  /**
   * The dearest first, at most 100. With `by=label` a job is in each of its labels, and a step in those of its
   * feature.
   */
  rows: CostRow[];
  /** Further rows. Absent: none. */
  more_rows?: {
    count: number;
    /** What they have used. In US dollars, by list prices. */
    usd: number;
  };
  /** Whether everything was looked at that is kept of this time. */
  is_complete: boolean;
  /** How many jobs and runs of series were read. */
  examined: number;
  /** Jobs that ended before this were not looked at. Absent if all were. Epoch milliseconds. */
  looked_back_to?: number;
  /**
   * How many runs have ended by the statistics, which count whole hours, from the hour of `from` to that of `to`,
   * and are kept for 90 days.
   */
  ended: number;
  /**
   * What all of them have used if they are like those that were looked at. Absent where the statistics know of no
   * others, and where `from` is not on the hour, or `to` neither on the hour nor now. In US dollars, by list prices.
   */
  extrapolated_usd?: number;
  /** The Region whose prices these are. */
  region: string;
  /** The date of the prices. */
  prices_as_of: string;
  /** What is taken where nothing is measured. */
  assumptions: string[];
  /** What is not in it. */
  not_counted: string[];
  /** What is not known of some jobs, and what is taken instead. */
  unknown?: string[];
}

/** What the jobs of an event, or those with a label, have used. */
export interface CostRow {
  /** With `by=event`. */
  event?: string;
  /** With `by=label`. Absent for jobs without labels. */
  label?: string;
  /** How many runs have ended. */
  runs: number;
  /** How many attempts they took. */
  attempts: number;
  /** What they have used. In US dollars, by list prices. */
  usd: number;
}

/** The outcome of a bulk change. */
export interface BulkPage {
  /** The number of jobs that this request found. */
  matched: number;
  succeeded: number;
  failed: number;
  /** One for each job that was not changed. */
  errors: BulkError[];
  /** Of a dry run only: the jobs that would be changed, as they are now. `succeeded` counts them. */
  would_change?: JobSummary[];
  /** Repeat the request with this as `cursor` to change the jobs that follow. Absent at the end. */
  next_cursor?: string;
  /** How many jobs were looked at for this page, if it is short although more follow. */
  examined?: number;
  /**
   * The time of the last job that was looked at for such a page: `due_at` while a job is pending, `finished_at`
   * afterwards. Absent for paused jobs, which have none. Epoch milliseconds.
   */
  looked_back_to?: number;
}

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

/** Statistics of one product and env, or of an event of it, over whole hours. */
export interface Stats {
  product_tag: string;
  env: string;
  /** Present if the runs of this event only were asked for. */
  event?: string;
  /** The start of the first counted hour. Epoch milliseconds. */
  from: number;
  /** The end of the last counted hour. Epoch milliseconds. */
  to: number;
  counts: {
    scheduled: number;
    completed: number;
    failed: number;
    cancelled: number;
  };
  /** The share of completed runs among completed and failed ones. Null if there are none. */
  success_rate: number | null;
  completed_first_try: number;
  completed_after_retry: number;
  /** Attempts that ended, over runs that completed or failed. */
  mean_attempts: number | null;
  /** From when an attempt was due to when it started. */
  lateness_ms: Percentiles;
  /** From when an attempt started to when it ended. */
  duration_ms: Percentiles;
  /** With `part_hours`: the parts of the window, oldest first. */
  parts?: {
    /** The start of the part. Epoch milliseconds. */
    from: number;
    /** Its end. The last part ends with the window. Epoch milliseconds. */
    to: number;
    counts: {
      scheduled: number;
      completed: number;
      failed: number;
      cancelled: number;
    };
    /** From when an attempt was due to when it started. */
    lateness_ms: Percentiles;
    /** From when an attempt started to when it ended. */
    duration_ms: Percentiles;
  }[];
}

/** Estimates, to within a factor of two. Null if there is nothing to measure. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
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

/** What needs somebody's attention, in all products and envs. */
export interface Home {
  /** When the reconciler last looked, which it does each minute. Absent: it has not done so yet. Epoch milliseconds. */
  at?: number;
  /** Whether it had time for all products and envs. If not, what is said of some is a few minutes old. */
  is_complete: boolean;
  /** Those with late jobs come first, the latest of all before the others. */
  tenants: HomeTenant[];
  /** How many are not quiet beside those. */
  more_tenants: number;
  /** What the receivers of alerts are told of. */
  incidents: {
    /** How many incidents are open, by what the reconciler noted in its last round, at most 10,000. */
    open: number;
    /** Those that were opened last. */
    first: Incident[];
  };
  /** The pauses that hold jobs, and those whose jobs are still starting, the latest first. */
  pauses: Pause[];
}

/** A product in an env that is not quiet. */
export interface HomeTenant {
  product_tag: string;
  env: string;
  /**
   * How many jobs should have started or gone on more than a minute ago, and no limit and no pause of a job keeps
   * them.
   */
  late: number;
  /** The same of jobs that have limits. Most of them stand in a line. */
  limited: number;
  /** The same of jobs that a pause of a part of the product holds. */
  held: number;
  /** Whether there are more than were counted: of each of the 16 shards, the first 100 are. */
  at_least: boolean;
  /** When the first of the late ones should have started or gone on. Epoch milliseconds. */
  oldest_due_at?: number;
}

/** How many jobs are due in each of the next minutes. */
export interface Upcoming {
  /** The start of the current minute. Epoch milliseconds. */
  from: number;
  /** How many pending jobs are due in each minute, those of the current minute that are still ahead first. */
  minutes: {
    /** The start of the minute. Epoch milliseconds. */
    at: number;
    count: number;
  }[];
  /** The sum of the counts. */
  total: number;
  /**
   * Whether more jobs are due than were counted. The last minute of the list is then incomplete, and later minutes
   * are missing.
   */
  truncated: boolean;
  /**
   * The minutes that hold more jobs of one product and env than EventBridge Scheduler starts in a minute, earliest
   * first. They are counted when they are scheduled, more than 15 minutes ahead, and not limited to 10,000.
   */
  hot_minutes: {
    /** The start of the minute. Epoch milliseconds. */
    at: number;
    product_tag: string;
    env: string;
    /** Roughly how many jobs have been scheduled for it, those cancelled since included. */
    count: number;
    /** By how much earlier the messages of further jobs in its quarter hour are asked for, in minutes. */
    further_minutes: number;
  }[];
  /** How many schedules EventBridge Scheduler starts per second, by the quota that the deployment knows. */
  starts_per_second: number;
}

/** What is due in the next hours, and the lines that it makes. */
export interface Forecast {
  /** Now. Epoch milliseconds. */
  from: number;
  /** The end of the forecast, which is that of an hour. Epoch milliseconds. */
  until: number;
  /** Whether all jobs were read that are due until then, and all that are due already. */
  is_complete: boolean;
  /** Up to when all that is due was counted: `until`, unless there was too much. Epoch milliseconds. */
  covers_until: number;
  /** How many jobs were read. */
  examined: number;
  /** How many starts are due until `covers_until`: the sum of the hours. */
  counted: number;
  /** How many jobs are due already and have not started. They are in no hour. */
  overdue: number;
  /** There are more of them than were read. */
  more_overdue?: true;
  /** The hours up to `covers_until`, the current one first. */
  hours: ForecastHour[];
  /**
   * The minutes that have more starts of one product and env than EventBridge Scheduler starts in a minute, earliest
   * first.
   */
  hot_minutes: {
    /** The start of the minute. Epoch milliseconds. */
    at: number;
    product_tag: string;
    env: string;
    /** Roughly how many jobs have been scheduled for it, those cancelled since included. */
    count: number;
    /** By how much earlier the messages of further jobs in its quarter hour are asked for, in minutes. */
    further_minutes: number;
  }[];
  /** How many schedules EventBridge Scheduler starts per second, by the quota that the deployment knows. */
  starts_per_second: number;
  /** The limits at which jobs are due, each key by itself, the longest lines first; at most 50. */
  limits: ForecastLimit[];
  /** How many more there are. Absent: none. */
  more_limits?: number;
  /** Pauses that hold something of it now. The forecast is what would be without them. */
  pauses?: PauseReference[];
}

/** What is due in one hour. */
export interface ForecastHour {
  /** The start of the hour. Epoch milliseconds. */
  at: number;
  /** How many starts are due in it, those of the current hour that are still ahead. */
  count: number;
  /** The same by event, the most first, at most 50. An event without any is left out. */
  events: {
    product_tag: string;
    env: string;
    event: string;
    count: number;
  }[];
  /** How many more events there are. Absent: none. */
  more_events?: number;
}

/** What comes to one limit, for one key. */
export interface ForecastLimit {
  product_tag: string;
  env: string;
  /** The name of the limit in the catalog. */
  limit: string;
  /** The key; empty for a limit without keys. A long or hidden key is a hash. */
  key: string;
  /** How many attempts with the same key may run at a time. */
  concurrency?: number;
  rate?: LimitRate;
  /** How many jobs come to it, those included that wait there now. */
  due: number;
  /** How many jobs are due already and have not started. */
  waiting_now: number;
  /** How many of them stand in line, however shortly. */
  waits: number;
  /** How long one of them waits at most, in milliseconds. */
  longest_wait_ms: number;
  /** The lines, the longest first, at most 5. */
  lines: ForecastLine[];
  /** How many stand in line at `covers_until`. */
  left: number;
  /**
   * The least numbers at which none of those who are still to come would wait. Absent where none of them waits; a
   * number is absent where none that is allowed would do.
   */
  no_wait?: {
    /** How many attempts with the same key may run at a time. */
    concurrency?: number;
    rate?: LimitRate;
  };
  /** How long a job is taken to hold a slot, on average, as measured. Absent for a limit without slots. */
  duration_ms?: number;
  /** Nothing that passes it was measured, so it is not known how long slots are held: they are left out. */
  unknown_duration?: true;
}

/** A line of jobs that wait at a limit. */
export interface ForecastLine {
  /** When it begins: now, if it is there already. Epoch milliseconds. */
  from: number;
  /** How long it gets. */
  longest: number;
  /** When it is as long as that. Epoch milliseconds. */
  longest_at: number;
  /** When it is empty again. Absent if it is not by `covers_until`. Epoch milliseconds. */
  empty_at?: number;
}

/** Runs that failed for one cause: the same event, code, provider's code and message. */
export interface ErrorGroup {
  /** Names the group within its product and env. `other`: what failed on a day that had 500 groups already. */
  fingerprint: string;
  /** The product of the event. */
  product_tag: string;
  /** The environment in which it failed. */
  env: string;
  /** The event that failed. */
  event: string;
  /** Its type. */
  type: JobType;
  code: JobErrorCode;
  /**
   * The provider's own code of the failure, if it gave one.
   * @example `"card_declined"`, or `"40P01"`
   */
  provider_code?: string;
  /** The message, with placeholders such as `<number>` for ids, numbers, quoted texts and addresses. */
  message: string;
  /** How many runs failed. */
  count: number;
  /** When the first of them failed. Epoch milliseconds. */
  first_at: number;
  /** When the last of them failed. Epoch milliseconds. */
  last_at: number;
  /** The job that failed last. */
  sample_job_id: string;
}

export interface ErrorPage {
  /** The start of the first counted day. Epoch milliseconds. */
  from: number;
  /** The end of the last counted day. Epoch milliseconds. */
  to: number;
  errors: ErrorGroup[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
}

/** A limit of the catalog in one env, with the numbers that hold now. */
export interface Limit {
  product_tag: string;
  env: string;
  /** The name of the limit in the catalog. */
  name: string;
  description?: string;
  /** The expression that gives a job its key, as the catalog has it. */
  key?: string;
  /** How many attempts with the same key may run at a time. */
  concurrency?: number;
  rate?: LimitRate;
  /** The numbers that hold instead of the catalog's. */
  pinned?: {
    /** How many attempts with the same key may run at a time. */
    concurrency?: number;
    rate?: LimitRate;
    /** When the numbers of the catalog hold again. Epoch milliseconds. */
    until: number;
    /** When they were pinned. Epoch milliseconds. */
    pinned_at: number;
    reason?: string;
  };
  /**
   * From when every consumer follows the numbers above, while they are pinned and in the answer that unpins them: 5
   * seconds after the change. Jobs in line follow at once at the first 100 keys with a line, and at all others
   * within a minute. Epoch milliseconds.
   */
  in_force_at?: number;
  /** The events that name the limit. */
  events: string[];
  /**
   * The gates at which jobs wait, at most 50 of a limit, and the one of a limit without keys or of the key that was
   * asked for.
   */
  gates: LimitGate[];
  /** Jobs wait at further gates. */
  more_gates?: boolean;
}

/** One limit for one key. */
export interface LimitGate {
  /** The key; empty for a limit without keys. A long or hidden key is a hash. */
  key: string;
  /** How many slots are held. */
  in_use: number;
  /** How many jobs stand in line for a slot or a start; at most 1,000 are counted. */
  waiting: number;
  /** More than 1,000 jobs stand in line: `estimated` has their number, once the line was counted. */
  more_waiting?: boolean;
  /** Since when the first of them waits. Epoch milliseconds. */
  oldest_wait_since?: number;
  /** The next start that the rate gives out. Nothing is reserved: it goes to the first in line. Epoch milliseconds. */
  next_start?: number;
  /**
   * By when the line follows the present rate at the latest: it was changed, and the line has not heard of it.
   * Absent: it follows. Epoch milliseconds.
   */
  follows_by?: number;
  /** How long the line is, and when it ends: for a rate at which jobs wait, and for a line of more than 1,000. */
  estimated?: LineEstimate;
}

/** `limit` starts per `period_ms` milliseconds, up to `burst` of them at once. */
export interface LimitRate {
  /** How many attempts may start in a period. */
  limit: number;
  /** The period, in milliseconds. */
  period_ms: number;
  /** How many attempts may start at once after a while without any. */
  burst: number;
}

/** The limit that holds the job back. */
export interface LimitWait {
  /** The name of the limit in the catalog. */
  limit: string;
  /** The key; empty for a limit without keys. */
  key: string;
  /** Since when the job stands in its line. Epoch milliseconds. */
  since: number;
  /**
   * Its place in the line, from 1; absent beyond the first 1,000. An estimate, since jobs with a higher priority may
   * pass it.
   */
  position?: number;
  /**
   * About when it starts, as the rate has planned it up to a minute ago, or by its place. Nothing is reserved.
   * Absent for a limit with slots only, and beyond the first 1,000. Epoch milliseconds.
   */
  starts_at?: number;
}

/** How long the line is, and when it ends: an estimate. */
export interface LineEstimate {
  /** When the line was counted: just now, or up to 90 seconds ago if it is long. Epoch milliseconds. */
  as_of: number;
  /** How many jobs stood in it; of a long line at most 10,000 are counted. */
  length: number;
  /**
   * When the last of them would start by the rate, if all of it is used and no more jobs come. Absent for a limit
   * with slots only. Epoch milliseconds.
   */
  ends_at?: number;
}

/** A pause of a product, an env, an event, or a limit or one of its keys. */
export interface Pause {
  /** Always the same for the same product, env, event, limit and key. */
  id: string;
  product_tag: string;
  /** Absent: every env of the product. */
  env?: string;
  /** Absent: every event. */
  event?: string;
  /** Only what passes this limit of the product is held. */
  limit?: string;
  /** Only this key of the limit. Absent: every key. */
  key?: string;
  reason: string;
  /** The id of the API key that asked for it last. */
  by?: string;
  /** `active`: nothing of it starts. `draining`: it has ended, and its jobs start one after the other, at the rate. */
  state: "active" | "draining";
  /** When it began. Epoch milliseconds. */
  since: number;
  /** When it ends, or ended, by itself. Epoch milliseconds. */
  until?: number;
  /** When it ended. Epoch milliseconds. */
  ended_at?: number;
  /** How many of the held jobs per second start once it has ended. */
  drain_per_second: number;
  /** How many of them were sent since it ended. */
  released?: number;
}

/** The pause that a job waits for, or that would hold a request. */
export interface PauseReference {
  /** The id of the pause. */
  pause: string;
  /** Why it was paused. */
  reason: string;
  /** When it was paused. Epoch milliseconds. */
  since: number;
  /** When it ends by itself. Absent if a request has to end it. Epoch milliseconds. */
  until?: number;
}

/** A step of a run that waits for the decision of a person. */
export interface Approval {
  /** For `POST /v1/approvals/{id}`. */
  id: string;
  /** The job of the run that waits. */
  job_id: string;
  product_tag: string;
  env: string;
  /** The number of the run. */
  run: number;
  /** The step that waits, as `sequence.step`. */
  step: string;
  /** The question. */
  title: string;
  /** What the person sees besides. Only for keys with `jobs:input`, as it comes from inputs and results. */
  show?: {
    label?: string;
    value: string;
  }[];
  choices: string[];
  /** Who is asked by a message. The first to decide does so for all. */
  asked: string[];
  /** Since when it is open. Epoch milliseconds. */
  opened_at: number;
  /** When it ends by itself. Epoch milliseconds. */
  until: number;
}

export interface ApprovalPage {
  approvals: Approval[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
}

/** What was decided on an approval. */
export interface ApprovalDecision {
  /** For `POST /v1/approvals/{id}`. */
  id: string;
  /** The job of the run that waits. */
  job_id: string;
  choice: string;
  /** The id of the key that decided. */
  by: string;
  /** When it was decided. Epoch milliseconds. */
  at: number;
  note?: string;
}

/**
 * `open`: it goes on. `ignored`: a caller wants to hear nothing of it. `known`: it failed so before there was an
 * alert. `resolved`: a caller has done something about it. `closed`: it has stopped.
 */
export type IncidentState = "open" | "ignored" | "known" | "resolved" | "closed";

/** Something that goes wrong, and that receivers of alerts are told of. */
export interface Incident {
  /** Names it within its product and env. */
  id: string;
  product_tag: string;
  env: string;
  /**
   * `cause`: attempts fail for one cause. `silence`: the runs of a schedule do not complete. `rate`: too many runs
   * fail. `budget`: what jobs have used in a month comes near a budget, or is above it.
   */
  kind: "cause" | "silence" | "rate" | "budget";
  state: IncidentState;
  /**
   * What fails, of a cause: the section and the name of the target, such as `apps/shop`. Absent for the one incident
   * that counts what has no room for one.
   */
  target?: string;
  code?: JobErrorCode;
  /**
   * The provider's own code of the failure, if it gave one.
   * @example `"card_declined"`, or `"40P01"`
   */
  provider_code?: string;
  /** The schedule, of a silence. */
  schedule?: string;
  /** The planned time for which no run has completed, of a silence. Epoch milliseconds. */
  planned_at?: number;
  /** The alert, of a silence, a rate or a budget. */
  alert?: string;
  /** What was counted within the window, of a rate. */
  rate?: {
    /** How many runs have failed. */
    failed: number;
    /** How many have ended. */
    ended: number;
    /** The part that may fail. */
    over: number;
  };
  /** What was used in the month, of a budget. */
  budget?: {
    /** The month of UTC, `YYYY-MM`. */
    month: string;
    /** What was used, in US dollars, by list prices and without free tiers: an estimate. */
    usd: number;
    /** What may be used. */
    budget_usd: number;
    /** The runs that ended before this are in it. Epoch milliseconds. */
    until: number;
    /** The events that have used most of it, at most three. */
    dearest: {
      event: string;
      usd: number;
    }[];
  };
  /**
   * How many attempts have failed, planned times were missed or steps of budgets were passed, since it was first
   * seen.
   */
  count: number;
  /** How many of them since it was opened last; 0 once it has ended. */
  failing: number;
  /** How often it was opened. */
  openings: number;
  /**
   * It keeps coming back: when it was opened last, that was at least the fourth time within a day. Further openings
   * of such a day are told from 100 failures on. Otherwise absent.
   */
  flaps?: true;
  /** When it was opened last. Epoch milliseconds. */
  opened_at?: number;
  /** When it was resolved or closed. Epoch milliseconds. */
  ended_at?: number;
  /** When the first of them failed. Epoch milliseconds. */
  first_at: number;
  /** When the last of them failed. Epoch milliseconds. */
  last_at: number;
  /** The event that failed last. */
  event?: string;
  /** The job that failed last. */
  sample_job_id?: string;
  /** For how long it is ignored. Empty: until it is reopened. */
  ignored?: {
    /** Until then. Epoch milliseconds. */
    until?: number;
    /** Until more than so many fail within an hour. */
    above_per_hour?: number;
  };
  /** The name of the key, or who else, that has resolved, ignored or reopened it last. */
  by?: string;
  /**
   * In the answer of one incident: what the product's own code had written to its log when it failed last, for keys
   * with `jobs:input`, if that was kept.
   */
  log?: {
    /**
     * The last lines, at most 4 KB, each with its time, level, message and fields. A secret that the code has read
     * with `ctx.secret` is shown as `[credential]`.
     */
    text: string;
    /** There were more before them. */
    cut?: true;
  };
  /**
   * In the answer of one incident: what the provider has answered to the job that failed last, for keys with
   * `jobs:input`, if that was kept.
   */
  answer?: ProviderAnswer;
}

export interface IncidentPage {
  incidents: Incident[];
  /** How many incidents were looked at, where a product and env has more than are looked at. */
  examined?: number;
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
}

/** A job, and by what it was found. */
export interface FoundJob {
  /** Which of its own names the text is: its id, or a key of a request that it has. */
  keys: ("job_id" | "idempotency_key" | "unique" | "debounce")[];
  /** The fields of its event in which it has the value. */
  fields: string[];
  /** Those of the fields that are sealed: the value must stand in no address. Absent: none. */
  sealed?: string[];
  job: JobSummary;
}

export interface FoundPage {
  found: FoundJob[];
  /** The cursor of the next page. Absent on the last page. */
  next_cursor?: string;
  /** How many jobs were looked at for this page, if it is short although more follow. */
  examined?: number;
  /** The time of the last job that was looked at for such a page. Epoch milliseconds. */
  looked_back_to?: number;
}

/** What callers do. */
export type AuditAction =
  | "job.cancel"
  | "job.pause"
  | "job.resume"
  | "job.reschedule"
  | "job.retry"
  | "job.migrate"
  | "job.run_now"
  | "job.skip_next"
  | "job.delete"
  | "bulk.cancel"
  | "bulk.pause"
  | "bulk.resume"
  | "bulk.retry"
  | "bulk.delete"
  | "operation.start"
  | "operation.pause"
  | "operation.continue"
  | "operation.stop"
  | "operation.rate"
  | "signal.send"
  | "approval.decide"
  | "incident.resolve"
  | "incident.ignore"
  | "incident.reopen"
  | "pause.start"
  | "pause.end"
  | "limit.pin"
  | "limit.unpin"
  | "cache.clear"
  | "webhook.enable"
  | "webhook.resend"
  | "hook.replay"
  | "key.create"
  | "key.revoke"
  | "person.sign_in"
  | "person.sign_out";

/** A change by a caller. */
export interface AuditEntry {
  /** Ids sort by time. */
  id: string;
  /** When it was changed. Epoch milliseconds. */
  at: number;
  /** Who has changed something. */
  actor: {
    /** An API key, an IAM identity, or the recipient of an approval, who has no key. `other`: one of a later version. */
    kind: "key" | "identity" | "recipient" | "other";
    /**
     * The id of the key, `deployed` for the one that the deployment created; of the identity, or the recipient's
     * address. Absent where it is not known.
     */
    id?: string;
    /** The name that the key had. */
    name?: string;
    /** Who had signed in to get the key. */
    person?: Person;
  };
  /** The role that the caller had: `viewer`, `operator` or `admin`. */
  role?: string;
  /** What the caller might do, if that is no role. */
  verbs?: string[];
  /**
   * What was done: one of the actions by which the list selects, or one of a later version.
   * @example `"job.cancel"`
   */
  action: string;
  /** The id or the name of what was changed. */
  target: string;
  /** Absent for what belongs to the deployment, such as keys. */
  product_tag?: string;
  /** Absent for what concerns every env of the product, or those that are in `envs`. */
  env?: string;
  /** The envs, if it concerns several and not all. */
  envs?: string[];
  /** The jobs that it concerns, if `target` is not one of them. */
  jobs?: string[];
  /**
   * Which change by a caller it is of each of these jobs, or of the one that is `target`: they count from 1, so that
   * a gap shows a change without its entry.
   */
  numbers?: number[];
  /** Why, as the caller said. */
  reason?: string;
  /** The listed fields that differ, as they were. */
  before?: Record<string, unknown>;
  /** The listed fields that differ, as they are since. */
  after?: Record<string, unknown>;
  /** The request, as the logs of the API name it. */
  request_id?: string;
}

export interface AuditPage {
  /** The latest first. */
  entries: AuditEntry[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
  /** How many entries were looked at for this page, if it is short although more may follow. */
  examined?: number;
  /** Until when such a page has looked back. Epoch milliseconds. */
  looked_back_to?: number;
}

/**
 * `collecting`: it looks for its jobs. `ready`: it has found them. `canary`: it has changed a few of them, and
 * looks what becomes of these. `running`: it changes the others. `done`; `stopped`, by a caller; `halted`, by
 * itself; `refused`, before it changed any job.
 */
export type OperationState = "collecting" | "ready" | "canary" | "running" | "done" | "stopped" | "halted" | "refused";

/** A change of many jobs that goes on by itself. */
export interface Operation {
  operation_id: string;
  action: "retry" | "cancel" | "pause" | "resume" | "delete" | "reschedule" | "run-now" | "count";
  product_tag: string;
  /** The envs that its caller reached. */
  envs: string[];
  /** Which jobs. Of `retry` and `delete` none that has ended after it was made. */
  filter: {
    status: JobStatus[];
    type?: JobType[];
    event?: string;
    label?: string;
    recurring?: boolean;
    waiting?: boolean;
    retrying?: boolean;
    /** The id of the cause for which its jobs have failed. */
    cause?: string;
    /**
     * The value of one field that its jobs have. `[sealed]` stands for one that is kept as a hash only, and
     * `[redacted]` for one by which the key may not search.
     */
    where?: Record<string, string>;
    /** Inclusive. Epoch milliseconds. */
    from?: number;
    /** Inclusive. Epoch milliseconds. */
    until?: number;
  };
  state: OperationState;
  /** How many jobs it has found; all of them from `ready` on. */
  matched: number;
  /** How many of them it has changed, each once. Of `delete`: how many of them are gone. */
  changed: number;
  /** How many of them were left as they were, because their state left nothing to do. */
  unchanged: number;
  /** How many of them could not be changed. */
  failed: number;
  /** How many of them it has not come to. */
  remaining: number;
  reason?: string;
  /** How many jobs a second it changes at most. */
  rate_per_second: number;
  /** When the first job is due, of `reschedule`. Epoch milliseconds. */
  start_at?: number;
  /** The jobs that it changes first. */
  canary?: {
    count: number;
    /** For how long it looks at them before it asks, in milliseconds. */
    for_ms: number;
    max_failures: number;
    /** Until when it looks at them. Epoch milliseconds. */
    until?: number;
  };
  /** How many jobs it must find. */
  expect?: number;
  /** It changes nothing. */
  dry_run?: boolean;
  /** Up to ten of its jobs, chosen by chance: with a canary, those that it changes first. */
  sample: string[];
  /** It waits for a caller to continue or stop it. */
  paused?: {
    /** Since when. Epoch milliseconds. */
    at: number;
    /** Absent: a caller wants it. */
    why?:
      | "CANARY_FAILED"
      | "CANARY_UNDECIDED"
      | "KEY_REVOKED"
      | "KEY_EXPIRED"
      | "SCOPE_NARROWED"
      | "PRODUCT_GONE"
      | "LIST_GONE"
      | "OTHER_NUMBER"
      | "TOO_MANY";
    detail?: string;
  };
  /** It is being stopped: what it has begun is ended and counted first. */
  stopping?: boolean;
  /** Why it was halted or refused. */
  why?:
    | "CANARY_FAILED"
    | "CANARY_UNDECIDED"
    | "KEY_REVOKED"
    | "KEY_EXPIRED"
    | "SCOPE_NARROWED"
    | "PRODUCT_GONE"
    | "LIST_GONE"
    | "OTHER_NUMBER"
    | "TOO_MANY";
  /** The same in words. */
  detail?: string;
  made_by: Actor;
  /** When it was made. Epoch milliseconds. */
  created_at: number;
  /** When it had found its jobs. Epoch milliseconds. */
  collected_at?: number;
  /** When it ended. Epoch milliseconds. */
  ended_at?: number;
}

export interface OperationPage {
  operations: Operation[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
}

/** A job that an operation has not changed, and why. */
export interface NotChanged {
  job_id: string;
  /** `unchanged`: its state left nothing to do. `failed`: it could not be changed. */
  outcome: "unchanged" | "failed";
  /**
   * A stable code.
   * @example `"STATE_CONFLICT"`
   */
  code: string;
  detail: string;
}

export interface NotChangedPage {
  jobs: NotChanged[];
  /** The cursor of the next page; absent on the last page. */
  next_cursor?: string;
}

/** What became of a signal. */
export interface SignalSent {
  /** The id of the message: that of the request, or a fresh one. */
  id: string;
  /**
   * The jobs of the runs that wait for it, and are woken. Of a key for which more wait, the first hundred: all go
   * on.
   */
  offered: string[];
  /** Until when it waits for runs that come to wait for it later. Epoch milliseconds. */
  kept_until: number;
}

/** A hook of the catalog in one env: where a provider delivers, and what it becomes. */
export interface Hook {
  product_tag: string;
  env: string;
  /** The name of the hook in the catalog. */
  hook: string;
  description?: string;
  /** Where the provider delivers, below the URL of the API. */
  path: string;
  /** Whose way to sign is expected. */
  preset: "stripe" | "github" | "slack" | "shopify" | "standard-webhooks" | "hmac";
  /** The event of the jobs that it makes. */
  event?: string;
  /** The label of these jobs, to find them by. */
  label?: string;
  /** The signal that it sends, if it makes no jobs. */
  signal?: string;
}

/** What a provider has delivered to a hook, and what came of it. */
export interface HookDelivery {
  /**
   * Ids sort by time.
   * @example `"dlv_01b8c3f1a2005f0e4d1c2b3a49586776"`
   */
  id: string;
  /** When it came. Epoch milliseconds. */
  at: number;
  product_tag: string;
  env: string;
  /** The name of the hook in the catalog, which may have lost it since. */
  hook: string;
  /**
   * `accepted`: it became a job or a signal. `duplicate`: it had become a job before. `ignored`: a condition of the
   * hook did not hold. `refused`: `code` and `errors` say why. `failed`: for a passing reason, or a fault of the
   * deployment; most providers try again.
   */
  outcome: "accepted" | "duplicate" | "ignored" | "refused" | "failed";
  /** What the provider knows it by, at most 200 characters. Absent where that cannot be told. */
  delivery_id?: string;
  /** The event of its job. */
  event?: string;
  /** The job that it became. */
  job_id?: string;
  /** The id of the signal that it became. */
  signal_id?: string;
  /** Why it was refused, or failed. */
  code?: string;
  /** What was wrong, each with a JSON pointer into the delivery (`/body/...`) or the hook. They have no values. */
  errors?: {
    pointer: string;
    detail: string;
  }[];
  /** The size of the body. */
  body_bytes: number;
  /** Whether the body is kept: not one of more than 256 KB, and none of a hook with `keep_body: false`. */
  replayable: boolean;
  /**
   * The headers, without signatures and credentials. In the answer of one delivery, for keys with `jobs:input`;
   * absent if the event of the hook hides parts of inputs (`redact`).
   */
  headers?: Record<string, string>;
  /**
   * The body as it was sent. In the answer of one delivery, for keys with `jobs:input`; absent if the event of the
   * hook hides parts of inputs (`redact`).
   */
  body?: string;
  /** The body is no text, and shown in base64. */
  body_encoding?: "base64";
}

export interface HookDeliveryPage {
  /** The latest first. */
  deliveries: HookDelivery[];
  /** The cursor of the next page; absent on the last page. A page may be short although more follow. */
  next_cursor?: string;
  /** How many deliveries a page by outcome has looked at, if it is short although more follow. */
  examined?: number;
  /** Until when such a page has looked back. Epoch milliseconds. */
  looked_back_to?: number;
}

/** What has come of a delivery that was made again. */
export interface Replay {
  /** The id of the delivery that was made again. */
  delivery: string;
  /** As that of a delivery. `duplicate`: this replay had made its job before. */
  outcome: "accepted" | "duplicate" | "ignored";
  /** The job that it became. */
  job_id?: string;
  /** The id of the signal that it became. */
  signal_id?: string;
}

/** A webhook of the catalog in one env. */
export interface Webhook {
  product_tag: string;
  env: string;
  /** The name of the webhook in the catalog. */
  webhook: string;
  /** The events that it receives. */
  events: (
    | "scheduled"
    | "started"
    | "completed"
    | "failed"
    | "cancelled"
    | "paused"
    | "resumed"
    | "retrying"
    | "waiting"
    | "run.waiting"
    | "run.signalled"
    | "run.rolled_back"
  )[];
  /** `failing`: the last attempt failed. `disabled`: it receives no events until it is enabled. */
  state: "enabled" | "failing" | "disabled";
  /** The number of failed attempts since the last successful one. */
  failures?: number;
  /** When the first of these attempts failed. Epoch milliseconds. */
  failing_since?: number;
  /** Why the last one failed. `HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`. */
  last_failure?: string;
  /** When it was disabled. Epoch milliseconds. */
  disabled_at?: number;
  /** `gone`: it answered 410. `failing`: no delivery has succeeded for a day. */
  reason?: "gone" | "failing";
  /** The last of these attempts, the latest first, at most 10. */
  recent_failures?: {
    /** When the attempt failed. Epoch milliseconds. */
    at: number;
    /** The event that was to be delivered, such as `job.completed`. */
    event: string;
    job_id: string;
    /** Why it failed. `HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`. */
    code: string;
    /** The number of the attempt at this delivery. */
    attempt: number;
  }[];
}

/** An event that is told to a webhook endpoint, and what came of it. */
export interface WebhookDelivery {
  /**
   * Ids sort by the time of the event.
   * @example `"dlv_01b8c3f1a2005f0e4d1c2b3a49586776"`
   */
  id: string;
  /** When the event happened. Epoch milliseconds. */
  at: number;
  product_tag: string;
  env: string;
  /** The name of the webhook in the catalog, which may have lost it since. */
  webhook: string;
  /** Names the event to its receiver: the same in each attempt. */
  webhook_id: string;
  /**
   * The type of the event.
   * @example `"job.completed"`
   */
  type: string;
  /** The job that it is about. */
  job_id?: string;
  /**
   * `delivered`; `retrying`: another attempt is made; `failed`: none is; `dropped`: the endpoint is disabled, and
   * nothing was sent.
   */
  outcome: "delivered" | "retrying" | "failed" | "dropped";
  /** When the next attempt is due. Epoch milliseconds. */
  next_at?: number;
  /** Those made so far, the first one first. */
  attempts: {
    /** When it was made. Epoch milliseconds. */
    at: number;
    /** Its number; those of a resend begin anew. */
    attempt: number;
    /** How many milliseconds the answer took. */
    ms: number;
    /** The status of the answer, if one came. */
    status?: number;
    /** Why it failed: `HTTP_<status>`, `TIMEOUT`, `CONNECTION_ERROR` or `CONFIGURATION_ERROR`. */
    code?: string;
  }[];
  /** In the answer of one delivery: the body as it is sent in each attempt. */
  body?: string;
  /** In the answer of one delivery, for keys with `jobs:input`: the last answer of the receiver. */
  answer?: {
    status: number;
    /** At most its first 4 KB, as text. */
    body: string;
    /** There was more of it, or it did not come in time. */
    cut?: boolean;
  };
}

export interface WebhookDeliveryPage {
  /** Those of the latest events first. */
  deliveries: WebhookDelivery[];
  /** The cursor of the next page; absent on the last page. A page may be short although more follow. */
  next_cursor?: string;
  /** How many deliveries a page by outcome has looked at, if it is short although more follow. */
  examined?: number;
  /** Until when such a page has looked back. Epoch milliseconds. */
  looked_back_to?: number;
}

/** What becomes of the run of a feature that goes on by another definition. */
export interface Migration {
  job_id: string;
  /** The id of the definition that the run has kept. */
  from: string;
  /** The id of the one by which it goes on: the same if that is what the catalog says now. */
  to: string;
  /** The steps of the definition by which it goes on, in their order, and then those that are dropped. */
  steps: {
    /** The step, as `sequence.step`. */
    step: string;
    /**
     * `kept`: it has begun, and is not run again. `runs_again`: it has failed, and a retry of the run runs it again.
     * `runs`: it has not begun. `new`: the run did not have it. `dropped`: the run has it no longer.
     */
    action: "kept" | "runs_again" | "runs" | "new" | "dropped";
    /**
     * `skipped`: its condition was not met. `waiting`: it waits for a signal, a decision or a time. `not_started`: the
     * feature has not reached it yet.
     */
    status:
      | "scheduled"
      | "queued"
      | "running"
      | "completed"
      | "failed"
      | "cancelled"
      | "paused"
      | "skipped"
      | "waiting"
      | "not_started";
    /**
     * The fields that the two definitions do not have alike. A step that has begun has what it began with, of its
     * event and its input too.
     */
    changed?: string[];
  }[];
}

/** A definition that an event has had. */
export interface ListedDefinition {
  id: string;
  product_tag: string;
  event: string;
  /** The name of the feature in the present catalog. Absent if that has the event no longer. */
  feature?: string;
  /** Whether the catalog says the same now. */
  current: boolean;
  /** When the first run began by it. Absent if none has yet. Epoch milliseconds. */
  first_at?: number;
}

/** What a feature said when runs of it began, and what it says now. */
export interface Definition {
  id: string;
  /** The name of the feature in the catalog. */
  feature: string;
  /** The steps, in their order. */
  steps: {
    /** The step, as `sequence.step`: the name of its state in `steps`. */
    step: string;
    sequence: string;
    /** The tag of the event that the step runs. A step that waits runs none. */
    event?: string;
    /**
     * What a step that waits is for: the signals of which the first message ends it, a time, or the decision of a
     * person.
     */
    waits_for?:
      | {
          signals: string[];
        }
      | {
          time: true;
        }
      | {
          approval: true;
        };
    /** The app of the event, if the step names one. */
    app?: string;
    /** The steps that end before it starts, as `sequence.step`. */
    depends_on: string[];
    /** Whether the step is skipped unless a condition holds. */
    conditional: boolean;
    /** Milliseconds between the end of the steps that it depends on and its start. */
    delay?: number;
    /** Whether the feature continues if the step fails. */
    allow_fail?: boolean;
    /** The tag of the event that undoes the step. */
    undo?: string;
    /** Its items are undone one by one. Absent: the step is undone as a whole. */
    undo_each?: true;
    /** The job of the step goes on when the feature ends. Absent: it is cancelled. */
    on_parent_end?: "abandon";
    /** Of a step that runs for each item of a list. */
    for_each?: {
      /** How many items may be open at a time. */
      concurrency: number;
    };
    /**
     * All that it says: its input, its conditions, its retries and so on. Only for keys that may see inputs
     * (`jobs:input`): its text may say more than results show.
     */
    says?: Record<string, unknown>;
  }[];
  /**
   * The template of the result. Only for keys that may see inputs (`jobs:input`): its text may say more than results
   * show.
   */
  output?: Record<string, unknown>;
  /** The names of the constants that it was stored with. */
  constants: string[];
  /** The events by whose runs it is kept, of the products that the key has access to. */
  events: {
    product_tag: string;
    event: string;
    /** Whether the catalog still says the same of the event. */
    current: boolean;
    /** What the catalog says now. Absent if that is the same, or if the catalog has the event no longer. */
    difference?: DefinitionDifference;
  }[];
}

/** What the catalog says now and the definition does not. */
export interface DefinitionDifference {
  /** The steps that the catalog has gained, lost or changed. A renamed step is both gained and lost. */
  steps: {
    /** The step, as `sequence.step`. */
    step: string;
    change: "added" | "removed" | "changed";
    /** The fields that differ, of a step that has changed. */
    fields?: string[];
  }[];
  /** The fields of the event that differ. */
  event: string[];
  /** The constants that differ, or that only one of the two has. */
  constants: string[];
  /** Whether the fields of the feature's input differ. */
  input: boolean;
  /** Whether the output differs. */
  output: boolean;
}

/** Whom an issuer has vouched for at sign-in. */
export interface Person {
  /** Who has vouched for the person. */
  issuer: string;
  /** The id that the issuer has for the person. */
  sub: string;
  name?: string;
  /** The address that the issuer has verified. */
  email?: string;
}

/** A key as the API knows it. */
export interface Me {
  /** The id of the key, `deployed` for the one that the deployment created, or that of an IAM identity. */
  caller: string;
  /** The name of the key, if it has one. */
  name?: string;
  /** The role whose verbs these are: `viewer`, `operator` or `admin`. Absent for another set of verbs. */
  role?: "viewer" | "operator" | "admin";
  /** Who has signed in to get the key. */
  person?: Person;
  /** When the key expires. Absent if it does not. Epoch milliseconds. */
  expires_at?: number;
  /** What the key may do, with what `jobs:admin` implies. */
  verbs: JobVerb[];
  /** The products that the key has access to; `*` stands for all. */
  products: string[];
  /** The envs that the key has access to; `*` stands for all. */
  envs: string[];
  /** The version of Ductape Jobs. */
  version: string;
  /** The AWS resources of the deployment, to link to the AWS console. Absent on this machine. */
  aws?: Deployment;
}

/** The names of the AWS resources of a deployment. */
export interface Deployment {
  region: string;
  /** The id of the AWS account. */
  account: string;
  /** The table of jobs. A job is the item with the partition key `JOB#<id>` and the sort key `STATE`. */
  table: string;
  /** The EventBridge Scheduler group of jobs that are due later. */
  schedule_group: string;
  /** The CloudWatch log group of each type's consumer, whose lines have a `job_id`. */
  log_groups: Record<JobType, string>;
  /** The URL of each type's queue. */
  queues: Record<JobType, string>;
}
