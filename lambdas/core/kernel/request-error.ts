import { DuctapeError, type Fault } from "./errors.ts";
import type { JobStatus } from "./job-status.ts";

/** The codes that a request can fail with; `aws/http/problem.ts` maps each to its HTTP status. */
export const requestErrorCodes = [
  "INVALID_REQUEST",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "PRODUCT_NOT_FOUND",
  "ENV_NOT_FOUND",
  "EVENT_NOT_FOUND",
  "JOB_NOT_FOUND",
  "WEBHOOK_NOT_FOUND",
  "HOOK_NOT_FOUND",
  "DELIVERY_NOT_FOUND",
  "LIMIT_NOT_FOUND",
  "PAUSE_NOT_FOUND",
  "DEFINITION_NOT_FOUND",
  "APPROVAL_NOT_FOUND",
  "INCIDENT_NOT_FOUND",
  "OPERATION_NOT_FOUND",
  "ROUTE_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "STATE_CONFLICT",
  "IDEMPOTENCY_MISMATCH",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "RATE_LIMITED",
  "UNAVAILABLE",
] as const;
export type RequestErrorCode = (typeof requestErrorCodes)[number];

/** A request that is refused, with what its sender needs in order to correct it. */
export class RequestError extends DuctapeError {
  declare readonly code: RequestErrorCode;
  /** On its way to the sender, who is told all at once, those who know of more faults add them. */
  faults: Fault[];
  /** Set where a job exists in spite of the error, such as a 503 whose stored job could not be removed again. */
  readonly jobId: string | undefined;
  /** Set where the status of the job forbids the request. */
  readonly jobStatus: JobStatus | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The methods that the path allows, for a 405. */
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
  new RequestError(
    "JOB_NOT_FOUND",
    "There is no job with this id. Finished jobs are deleted after the retention time.",
  );

export const invalidRequest = (faults: Fault[]): RequestError =>
  new RequestError("INVALID_REQUEST", "The request is not valid; `errors` says what to change.", { faults });
