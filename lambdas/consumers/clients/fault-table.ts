import { JobError, type JobErrorCode } from "../../core/job/job-error.ts";
import { retryAfterOf } from "../../core/job/retry-after.ts";
import { neverSent } from "./never-sent.ts";

/**
 * What an error of a service means for a job. A PROVIDER_ERROR is permanent unless `retryable` says otherwise, because the service
 * has read the request and refused it. Each of the other codes is either retryable or permanent. `nothingDone` is true of a refusal
 * that is documented as one, so that nothing was done of what was asked.
 */
export type Meaning = readonly [
  code: JobErrorCode,
  message: string,
  retryable?: boolean | undefined,
  nothingDone?: boolean,
];

/** By the service's own names of its errors, without the suffix `Exception` or `Error` of some protocols. */
export type Meanings = Readonly<Record<string, Meaning>>;

/** A documented refusal: nothing was done. */
export const refusalMeaning = ([code, message, retryable]: Meaning): Meaning => [code, message, retryable, true];

/** Documented refusals, each of them. */
export const refusals = (named: Meanings): Meanings =>
  Object.fromEntries(Object.entries(named).map(([name, meaning]) => [name, refusalMeaning(meaning)]));

export interface FaultTable {
  named: Meanings;
  /** The other errors, by HTTP status, which is undefined if there was no response. */
  byStatus: (status: number | undefined, error: unknown) => Meaning;
}

/** Converts a service's error to the failure of an attempt. Its own message stays in the cause, because it quotes names, addresses and values. */
export function faultBy({ named, byStatus }: FaultTable, cause: unknown): JobError {
  if (cause instanceof JobError) return cause;
  const [code, message, retryable, nothingDone = false] =
    meaningIn(named, cause) ?? byStatus(errorStatusOf(cause), cause);
  const retryAfterMs = waitAskedBy(cause);
  return new JobError(code, message, {
    cause,
    nothingDone: nothingDone || (errorStatusOf(cause) === undefined && neverSent(cause)),
    providerCode: ownNameOf(cause),
    ...(code === "PROVIDER_ERROR" && { retryable: retryable ?? false }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The meaning that a table gives an error by its name, if it lists it. */
export function meaningIn(named: Meanings, error: unknown): Meaning | undefined {
  const name = errorNamesOf(error).find((name) => Object.hasOwn(named, name));
  return name === undefined ? undefined : named[name];
}

/** Names of classes in the vendors' clients, which say nothing of the error. */
const generic = new Set(["Error", "TypeError", "ApiError", "RestError", "GaxiosError", "FetchError", "AggregateError"]);

/**
 * The service's own name of an error, such as `TooManyRequestsException`, `BlobAlreadyExists` or `ECONNREFUSED`; else its status.
 * A name is letters only: a server that is not AWS's may put anything there.
 */
function ownNameOf(error: unknown): string | undefined {
  const { name, code, errors, response } = Object(error) as ServiceError;
  const [first] = Array.isArray(errors) ? errors : [];
  const { reason } = Object(first) as { reason?: unknown };
  const found = [response?.data?.error, reason, code, name].find(
    (own): own is string => typeof own === "string" && /^[A-Za-z_]{3,60}$/.test(own) && !generic.has(own),
  );
  return found ?? errorStatusOf(error)?.toString();
}

interface ServiceError {
  name?: unknown;
  /** Azure: its own name of the error. Google: the status. Sockets: the system's code. */
  code?: unknown;
  /** Google Cloud Storage. */
  errors?: unknown;
  $metadata?: { httpStatusCode?: number };
  statusCode?: unknown;
  status?: unknown;
  response?: { status?: unknown; data?: { error?: unknown } };
  /** Where an AWS service models it. */
  retryAfterSeconds?: unknown;
}

/** The names of an error of AWS, Azure or Google. */
export function errorNamesOf(error: unknown): string[] {
  const { name, code, response } = Object(error) as ServiceError;
  return [response?.data?.error, name, code]
    .filter((value) => typeof value === "string")
    .map((value) => value.replace(/(Exception|Error)$/, ""));
}

/** The HTTP status of an error of AWS, Azure or Google. */
export function errorStatusOf(error: unknown): number | undefined {
  const { $metadata, statusCode, code, status, response } = Object(error) as ServiceError;
  return [$metadata?.httpStatusCode, statusCode, code, status, response?.status].find(isStatus);
}

const isStatus = (value: unknown): value is number => typeof value === "number" && value >= 100 && value <= 599;

/** The milliseconds that the service asks to wait, from a field of the error or a header of the response. */
export function waitAskedBy(error: unknown): number | undefined {
  const seconds = Number((Object(error) as ServiceError).retryAfterSeconds);
  return seconds > 0 ? seconds * 1000 : retryAfterOf(error);
}
