import type { JobStatus } from "./job.ts";

/** One fault of an input: where it is (RFC 6901 JSON pointer) and what is wrong with it. Never holds the value itself. */
export interface Fault {
  pointer: string;
  detail: string;
}

/** The one base class of our errors: a stable `code`, a message for the caller, and the cause for the logs. */
export class DuctapeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Codes a request to the API can fail with; `aws/problem.ts` maps each to its HTTP status. */
export type RequestErrorCode =
  | "INVALID_REQUEST"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "PRODUCT_NOT_FOUND"
  | "ENV_NOT_FOUND"
  | "EVENT_NOT_FOUND"
  | "JOB_NOT_FOUND"
  | "ROUTE_NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "STATE_CONFLICT"
  | "IDEMPOTENCY_MISMATCH"
  | "PAYLOAD_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "RATE_LIMITED"
  | "UNAVAILABLE";

/** A request that we refuse, with what its sender needs to mend it. */
export class RequestError extends DuctapeError {
  declare readonly code: RequestErrorCode;
  readonly faults: Fault[];
  /** Set where a job exists in spite of the error (a 503 whose stored job could not be taken back). */
  readonly jobId: string | undefined;
  /** Set where the job's status is what forbids the request. */
  readonly jobStatus: JobStatus | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The methods that the path has, where it does not have the one that was asked for. */
  readonly allow: readonly string[] | undefined;

  constructor(
    code: RequestErrorCode,
    message: string,
    options: {
      faults?: Fault[];
      jobId?: string;
      jobStatus?: JobStatus;
      retryAfterSeconds?: number;
      allow?: readonly string[];
      cause?: unknown;
    } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.faults = options.faults ?? [];
    this.jobId = options.jobId;
    this.jobStatus = options.jobStatus;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
  }
}

export const jobNotFound = () =>
  new RequestError("JOB_NOT_FOUND", "There is no job with this id; finished jobs are kept for a time.");

/** Whether a failure with this code is worth another attempt when neither the executor nor the job says otherwise. */
export const jobErrorCodes = {
  TIMEOUT: true,
  RATE_LIMITED: true,
  SERVICE_UNAVAILABLE: true,
  CONNECTION_ERROR: true,
  CRASHED: true,
  VALIDATION_ERROR: false,
  NOT_FOUND: false,
  UNAUTHORIZED: false,
  FORBIDDEN: false,
  CONFIGURATION_ERROR: false,
  /** The provider's own word decides; an executor passes `retryable` with it. */
  PROVIDER_ERROR: true,
} as const satisfies Record<string, boolean>;

export type JobErrorCode = keyof typeof jobErrorCodes;

/**
 * The failure of an attempt. Executors throw it; anything else they throw becomes a retryable PROVIDER_ERROR.
 * Its message is shown to whoever may read the job: it names what failed, never an input or a credential.
 */
export class JobError extends DuctapeError {
  declare readonly code: JobErrorCode;
  readonly retryable: boolean;
  /** Milliseconds the provider asked us to wait (its Retry-After); a lower bound for the backoff. */
  readonly retryAfterMs: number | undefined;
  /** What the attempt did achieve: kept with the job and handed to the next attempt as `ctx.progress`. */
  readonly progress: unknown;

  constructor(
    code: JobErrorCode,
    message: string,
    options: { retryable?: boolean; retryAfterMs?: number; progress?: unknown; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.retryable = options.retryable ?? jobErrorCodes[code];
    this.retryAfterMs = options.retryAfterMs;
    this.progress = options.progress;
  }
}

/**
 * A refusal that no repetition changes: AWS will never take this very message, item or answer, whatever stands beside it.
 * Whoever meets one sets aside what was refused, with this reason, and goes on with the rest. The code is the service's own.
 */
export class PermanentError extends DuctapeError {}

/**
 * A refusal that passes: the service was throttled, at fault or out of reach, and the same call may succeed in a moment. The
 * code is the service's own. What a port throws that is neither this nor a PermanentError is a fault of ours or of the
 * deployment, such as a permission that is missing.
 */
export class TransientError extends DuctapeError {}

/** A fault of ours that leaves a job behind: it was stored and could not be taken back, so it may still run. */
export class InternalError extends DuctapeError {
  readonly jobId: string;

  constructor(jobId: string, cause: unknown) {
    super("INTERNAL", "Something went wrong on our side; the job may still run.", { cause });
    this.jobId = jobId;
  }
}

/**
 * What a log line may say of an unknown error: its name, code and stack frames. Not its message, in which clients quote
 * inputs, statements and URLs.
 */
export function traceOf(error: unknown): { error_name: string; error_code?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { error_name: typeof error };
  const { code } = error as { code?: unknown };
  return {
    error_name: error.name,
    ...(typeof code === "string" && { error_code: code }),
    frames: framesOf(error),
  };
}

/** The stack behind the message, which stands in front of it: a message of several lines may have some that look like frames. */
function framesOf({ stack = "", message }: Error): string[] {
  const said = stack.indexOf(message);
  return (said < 0 ? "" : stack.slice(said + message.length))
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}
