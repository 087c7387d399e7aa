import type { Job, JobStatus } from "./job.ts";

/** One fault of a request: where it is (RFC 6901 JSON pointer) and what is wrong with it. */
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

/** The base class of every error that this package throws. None of them holds the API key. */
export class DuctapeError extends Error {
  // A literal, since bundlers rename classes; on the prototype, so that an error shows only what it knows.
  static {
    DuctapeError.prototype.name = "DuctapeError";
  }
  /** What went wrong; a stable word. */
  readonly code: string;
  /** The HTTP status of the API's answer, if it is what failed. */
  declare readonly status?: number;
  /** What to quote when you look the request up in the logs of the API. */
  declare readonly requestId?: string;
  /** The job that exists in spite of the error, if one is known to. */
  declare readonly jobId?: string;

  constructor(code: string, message: string, { cause, ...details }: DuctapeErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)));
  }
}

/** The client was given no address or no key, or unusable ones; the message says what to set. */
export class ConfigurationError extends DuctapeError {
  static {
    ConfigurationError.prototype.name = "ConfigurationError";
  }

  constructor(message: string) {
    super("CONFIGURATION_ERROR", message);
  }
}

/** The request is not valid (400, 413, 415): `errors` says what to change, at most 100 faults. */
export class InvalidRequestError extends DuctapeError {
  static {
    InvalidRequestError.prototype.name = "InvalidRequestError";
  }
  readonly errors: Fault[];
  /** How many faults there are besides those in `errors`, if there are any. */
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

/** The request has no key, or one that the API does not know (401). */
export class AuthenticationError extends DuctapeError {
  static {
    AuthenticationError.prototype.name = "AuthenticationError";
  }
}

/** The key is not allowed to do this (403); behind API Gateway's authorizer also: the API does not know the key. */
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
  /** Which part of the request names what is not there; empty where the API does not say. */
  readonly errors: Fault[];

  constructor(code: string, message: string, errors: Fault[], details?: DuctapeErrorDetails) {
    super(code, message, details);
    this.errors = errors;
  }
}

/** The job's state forbids it, or the idempotency key was used for another request (409). */
export class ConflictError extends DuctapeError {
  static {
    ConflictError.prototype.name = "ConflictError";
  }
  /** The job's status, where that is what forbids it. */
  declare readonly jobStatus?: JobStatus;
}

/** Too many requests (429), and the retries did not help. */
export class RateLimitError extends DuctapeError {
  static {
    RateLimitError.prototype.name = "RateLimitError";
  }
  /** Milliseconds to wait before the next try, where the API says so. */
  declare readonly retryAfterMs?: number;
}

/** The API cannot do it now (5xx), and the retries did not help. */
export class UnavailableError extends DuctapeError {
  static {
    UnavailableError.prototype.name = "UnavailableError";
  }
  /** Milliseconds to wait before the next try, where the API says so. */
  declare readonly retryAfterMs?: number;
}

/** The API was not reached or did not answer in time, and the retries did not help; `cause` has the network's word. */
export class ConnectionError extends DuctapeError {
  static {
    ConnectionError.prototype.name = "ConnectionError";
  }

  constructor(message: string, details?: DuctapeErrorDetails) {
    super("CONNECTION_FAILED", message, details);
  }
}

/** The job did not finish within the `timeout` of the call. It goes on: ask `ductape.jobs.get(error.jobId)`. */
export class TimeoutError extends DuctapeError {
  static {
    TimeoutError.prototype.name = "TimeoutError";
  }
  /** Finds the job again where the API had not even named it: the same data with this key never makes a second one. */
  readonly idempotencyKey: string;

  constructor(timeout: number, idempotencyKey: string, jobId: string | undefined) {
    const state = jobId
      ? `Job ${jobId} did not finish within ${timeout} ms; it goes on.`
      : `The API did not answer within ${timeout} ms; if it has accepted the job, the job goes on.`;
    super("WAIT_TIMEOUT", state, { jobId });
    this.idempotencyKey = idempotencyKey;
  }
}

/** The job failed, after all its attempts. `code` is the word for its last failure, such as `PROVIDER_ERROR`. */
export class JobFailedError extends DuctapeError {
  static {
    JobFailedError.prototype.name = "JobFailedError";
  }
  declare readonly jobId: string;
  readonly job: Job;
  /** Whether the last failure was of a kind that another attempt may mend. */
  readonly retryable: boolean;

  constructor(job: Job) {
    const { code = "UNKNOWN", message = "it does not say why", retryable = false } = job.error ?? {};
    super(code, `Job ${job.job_id} failed: ${message}`, { jobId: job.job_id });
    this.job = job;
    this.retryable = retryable;
  }
}

/** The job was cancelled, or expired, before it finished. */
export class JobCancelledError extends DuctapeError {
  static {
    JobCancelledError.prototype.name = "JobCancelledError";
  }
  declare readonly jobId: string;
  readonly job: Job;
  /** Why it was cancelled, such as `expired`. */
  readonly reason: string | undefined;

  constructor(job: Job) {
    super("JOB_CANCELLED", `Job ${job.job_id} was cancelled${job.reason ? `: ${job.reason}` : ""}`, {
      jobId: job.job_id,
    });
    this.job = job;
    this.reason = job.reason;
  }
}
