import type * as z from "zod";
import { defined } from "../../core/kernel/defined.ts";
import { InternalError } from "../../core/kernel/errors.ts";
import { RequestError, type RequestErrorCode } from "../../core/kernel/request-error.ts";
import { shorten, shownFaults } from "../../core/kernel/sizes.ts";
import { isTransient } from "../client/aws-errors.ts";
import type { ProblemSchema } from "./problem-schema.ts";

/** The HTTP status of each code. Nothing else maps them. */
export const problemStatuses: Record<RequestErrorCode, number> = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PRODUCT_NOT_FOUND: 404,
  ENV_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  JOB_NOT_FOUND: 404,
  WEBHOOK_NOT_FOUND: 404,
  HOOK_NOT_FOUND: 404,
  DELIVERY_NOT_FOUND: 404,
  LIMIT_NOT_FOUND: 404,
  PAUSE_NOT_FOUND: 404,
  DEFINITION_NOT_FOUND: 404,
  APPROVAL_NOT_FOUND: 404,
  INCIDENT_NOT_FOUND: 404,
  OPERATION_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  STATE_CONFLICT: 409,
  IDEMPOTENCY_MISMATCH: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** An RFC 9457 problem, with a stable `code`. */
type Problem = z.infer<typeof ProblemSchema>;

const titleOf = (code: string): string => {
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** AWS refused a call that the request needs. A job that was stored before it remains, and the reconciler dispatches it. */
const unavailableProblem = (cause: unknown) =>
  new RequestError("UNAVAILABLE", "AWS refused the request for now. Try again.", { cause, retryAfterSeconds: 5 });

/** The error as its caller may see it; undefined for one that the request did not cause. */
export function requestErrorOf(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  return isTransient(error) ? unavailableProblem(error) : undefined;
}

/** How many bytes of an answer the faults of one request may take. */
const roomForFaults = 1_000_000;

/**
 * The problem that answers an error. Its faults take at most `room` bytes. An error that the request did not cause is not
 * described: the problem has the id of the job that exists in spite of it, if any.
 */
export function problemOf(thrown: unknown, requestId?: string, room = roomForFaults): Problem {
  const error = requestErrorOf(thrown);
  const code = error?.code ?? "INTERNAL";
  const jobId = error?.jobId ?? (thrown instanceof InternalError ? thrown.jobId : undefined);
  const { faults, omitted } = shownFaults(error?.faults ?? [], room);
  return {
    type: `urn:ductape:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title: titleOf(code),
    status: error ? problemStatuses[error.code] : 500,
    detail: shorten(
      error?.message ?? "Something went wrong on our side. The logs of the API have the details under this request_id.",
    ),
    code,
    ...(faults.length > 0 && { errors: faults }),
    ...(omitted > 0 && { errors_omitted: omitted }),
    ...defined({ job_id: jobId, job_status: error?.jobStatus, request_id: requestId }),
  };
}
