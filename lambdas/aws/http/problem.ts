import type * as z from "zod";
import { InternalError } from "../../core/errors.ts";
import { RequestError, type RequestErrorCode } from "../../core/requests/request-error.ts";
import { given } from "../../core/schema/given.ts";
import { shorten, shownFaults } from "../../core/schema/sizes.ts";
import { isRefusal } from "../client/refusal.ts";
import type { ProblemSchema } from "./problem-schema.ts";

/** The HTTP status of each code: the one place that maps them. */
export const problemStatuses: Record<RequestErrorCode, number> = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PRODUCT_NOT_FOUND: 404,
  ENV_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  JOB_NOT_FOUND: 404,
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
export type Problem = z.infer<ReturnType<typeof ProblemSchema>>;

const titleOf = (code: string): string => {
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** AWS could not do what a request takes; what it had done of it by then is recorded, and the reconciler goes on with it. */
const unavailable = (cause: unknown) =>
  new RequestError("UNAVAILABLE", "AWS did not do it for now. Try again.", { cause, retryAfterSeconds: 5 });

/** What a request is told of an error, or undefined for one that is ours. */
export function requestErrorOf(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  return isRefusal(error) ? unavailable(error) : undefined;
}

/** Bytes that the faults of one request may have in an answer: more of them than anybody reads. */
const roomForFaults = 1_000_000;

/**
 * What an error is answered with; its faults take at most `room` bytes of the answer. Of one that is ours it says nothing but
 * the job that is there in spite of it.
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
    detail: shorten(error?.message ?? "Something went wrong on our side; the log has it under this request_id."),
    code,
    ...(faults.length > 0 && { errors: faults }),
    ...(omitted > 0 && { errors_omitted: omitted }),
    ...given({ job_id: jobId, job_status: error?.jobStatus, request_id: requestId }),
  };
}
