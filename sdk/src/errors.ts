/** One fault of a request: where it is (RFC 6901 JSON pointer) and what is wrong with it. */
import type { Job, JobStatus } from "./answers.ts";
export interface Fault {
  pointer: string;
  detail: string;
}

export interface DuctapeErrorDetails {
  status?: number | undefined;
  requestId?: string | undefined;
  jobId?: string | undefined;
  retryAfterMs?: number | undefined;
  jobStatus?: JobStatus | undefined;
  cause?: unknown;
}

/** The base class of every error that this package throws. No error contains the API key. */
export class DuctapeError extends Error {
  // A literal, since bundlers rename classes; on the prototype, so that printing an error does not repeat its name.
  static {
    DuctapeError.prototype.name = "DuctapeError";
  }
  /** A stable code that says what went wrong. */
  readonly code: string;
  /** The HTTP status of the answer, if the API answered. */
  declare readonly status?: number;
  /** The id of the request in the logs of the API. */
  declare readonly requestId?: string;
  /** The job that the error is about, or that exists in spite of it. */
  declare readonly jobId?: string;

  constructor(code: string, message: string, { cause, ...details }: DuctapeErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)));
  }
}

/** The URL or the API key is missing or invalid. The message says what to set. */
export class ConfigurationError extends DuctapeError {
  static {
    ConfigurationError.prototype.name = "ConfigurationError";
  }

  constructor(message: string) {
    super("CONFIGURATION_ERROR", message);
  }
}

/** The request is not valid (400, 413, 415). `errors` says what to change, in at most 100 entries. */
export class InvalidRequestError extends DuctapeError {
  static {
    InvalidRequestError.prototype.name = "InvalidRequestError";
  }
  readonly errors: Fault[];
  /** How many more faults there are than `errors` lists. */
  declare readonly errorsOmitted?: number;

  constructor(
    code: string,
    message: string,
    errors: Fault[],
    details?: DuctapeErrorDetails & { errorsOmitted?: number | undefined },
  ) {
    const others = details?.errorsOmitted ? [`  and ${details.errorsOmitted} others`] : [];
    super(
      code,
      [message, ...errors.map(({ pointer, detail }) => `  ${pointer || "/"}: ${detail}`), ...others].join("\n"),
      details,
    );
    this.errors = errors;
  }
}

/** The request has no API key, or one that the API does not know (401). */
export class AuthenticationError extends DuctapeError {
  static {
    AuthenticationError.prototype.name = "AuthenticationError";
  }
}

/** The API key does not allow this (403). API Gateway also answers 403 for a key that it does not know. */
export class PermissionError extends DuctapeError {
  static {
    PermissionError.prototype.name = "PermissionError";
  }
}

/** There is no such product, environment, event or job (404). */
export class NotFoundError extends DuctapeError {
  static {
    NotFoundError.prototype.name = "NotFoundError";
  }
  /** The parts of the request that name what does not exist; empty if the API does not say. */
  readonly errors: Fault[];

  constructor(code: string, message: string, errors: Fault[], details?: DuctapeErrorDetails) {
    super(code, message, details);
    this.errors = errors;
  }
}

/** The job's status forbids the change, or the idempotency key was used for a different request (409). */
export class ConflictError extends DuctapeError {
  static {
    ConflictError.prototype.name = "ConflictError";
  }
  /** The job's status, if it is the reason for the conflict. */
  declare readonly jobStatus?: JobStatus;
}

/** The API is still limiting requests (429) after all retries. */
export class RateLimitError extends DuctapeError {
  static {
    RateLimitError.prototype.name = "RateLimitError";
  }
  /** Milliseconds to wait before the next try, if the API says so. */
  declare readonly retryAfterMs?: number;
}

/** The API is still unavailable (5xx) after all retries. */
export class UnavailableError extends DuctapeError {
  static {
    UnavailableError.prototype.name = "UnavailableError";
  }
  /** Milliseconds to wait before the next try, if the API says so. */
  declare readonly retryAfterMs?: number;
}

/** The API could not be reached, or did not answer in time, after all retries. `cause` is the network error. */
export class ConnectionError extends DuctapeError {
  static {
    ConnectionError.prototype.name = "ConnectionError";
  }

  constructor(message: string, details?: DuctapeErrorDetails) {
    super("CONNECTION_FAILED", message, details);
  }
}

/** The job did not finish within the `timeout` of the call. It continues: use `ductape.jobs.get(error.jobId)`. */
export class TimeoutError extends DuctapeError {
  static {
    TimeoutError.prototype.name = "TimeoutError";
  }
  /** Finds the job even if the API had not answered yet: scheduling the same data with this key creates no second job. */
  readonly idempotencyKey: string;

  constructor(timeout: number, idempotencyKey: string, jobId: string | undefined) {
    const state = jobId
      ? `Job ${jobId} did not finish within ${timeout} ms; it continues.`
      : `The API did not answer within ${timeout} ms; if it has accepted the job, the job continues.`;
    super("WAIT_TIMEOUT", state, { jobId });
    this.idempotencyKey = idempotencyKey;
  }
}

/** The job failed after all its attempts. `code` is that of its last failure, such as `PROVIDER_ERROR`. */
export class JobFailedError extends DuctapeError {
  static {
    JobFailedError.prototype.name = "JobFailedError";
  }
  declare readonly jobId: string;
  readonly job: Job;
  /** Whether another attempt may succeed. */
  readonly retryable: boolean;
  /** The provider's own code of the failure, such as `CARD_DECLINED`, if it gave one. */
  declare readonly providerCode?: string;

  constructor(job: Job) {
    const { code = "UNKNOWN", message = "the API gave no reason", retryable = false } = job.error ?? {};
    super(code, `Job ${job.job_id} failed: ${message}`, { jobId: job.job_id });
    this.job = job;
    this.retryable = retryable;
    if (job.error?.provider_code !== undefined) this.providerCode = job.error.provider_code;
  }
}

/** The job was cancelled or expired before it finished. */
export class JobCancelledError extends DuctapeError {
  static {
    JobCancelledError.prototype.name = "JobCancelledError";
  }
  declare readonly jobId: string;
  readonly job: Job;
  /** Why the job was cancelled, such as `expired`. */
  readonly reason: string | undefined;

  constructor(job: Job) {
    super("JOB_CANCELLED", `Job ${job.job_id} was cancelled${job.reason ? `: ${job.reason}` : ""}`, {
      jobId: job.job_id,
    });
    this.job = job;
    this.reason = job.reason;
  }
}
