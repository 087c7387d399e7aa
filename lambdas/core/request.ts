import * as z from "zod";
import type { Catalog, CatalogEvent } from "./catalog.ts";
import type { Fault } from "./errors.ts";
import { isInexact } from "./exact-json.ts";
import type { Parent, Repeat, RetryPolicy } from "./job.ts";
import { fingerprint } from "./job-id.ts";
import { hasMoreValues, mostValues } from "./json-values.ts";
import { invalidRequest } from "./parse-body.ts";
import { milliseconds } from "./plain-faults.ts";
import { firstOccurrence } from "./recurrence.ts";
import { RepeatRequest, repeatFaults, repeatOf } from "./repeat-request.ts";
import { requestLimits } from "./request-limits.ts";
import { RetryConfig, retryPolicyOf } from "./retry-config.ts";
import { faultsOf, jsonPointer, notWellFormed, strict, wellFormed } from "./schema.ts";
import { dueAt, epochMs, farthestAheadMs, Time } from "./start-time.ts";
import { TaskToken } from "./task.ts";

const Name = z.string().min(1).max(requestLimits.name);

/** The request to schedule a job (DESIGN 3), the same on every way in. `input` is checked by the event's type. */
export const JobRequest = strict({
  env: Name.describe("The slug of the environment in which the job runs."),
  product_tag: Name.describe("The product whose event it is."),
  event: Name.describe("The tag of the job event."),
  app: Name.optional().describe("The app that the job is related to: selects or checks the app of an action."),
  input: z.record(z.string(), z.unknown()),
  start_at: Time.describe("When to start; 0 or a time in the past is now. At most 5 years ahead."),
  retries: z
    .int()
    .min(0)
    .max(requestLimits.retries)
    .optional()
    .describe("Further attempts after the first one has failed."),
  retry_config: RetryConfig.optional(),
  repeat: RepeatRequest.optional().describe("Makes the job recur."),
  expires_at: Time.optional().describe(
    "No attempt starts after this: a job that waits by then, for its time or for a retry, is cancelled with reason `expired`.",
  ),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional().describe("Milliseconds that one attempt may take."),
  labels: z
    .array(z.string().min(1).max(requestLimits.label).refine(wellFormed, notWellFormed))
    .max(requestLimits.labels)
    .optional()
    .describe("Up to 10 short strings to find the job by."),
  task_token: TaskToken.optional().describe(
    "A task token of Step Functions: the task is told how the job ends. For one-time jobs; over HTTP for keys with `jobs:admin`; never shown again.",
  ),
  idempotency_key: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKey)
    .optional()
    .describe("Names the job: a repeated request with the same key answers the first one's receipt."),
});
export type JobRequest = z.infer<typeof JobRequest>;

/** A request that was accepted: looked up in the catalog, its defaults filled in, its times in epoch milliseconds. */
export interface AcceptedRequest extends CatalogEvent {
  app?: string;
  input: Record<string, unknown>;
  due_at: number;
  repeat?: Repeat;
  expires_at?: number;
  timeout_ms: number;
  retries: number;
  retry_policy: RetryPolicy;
  labels?: string[];
  task_token?: string;
  idempotency_key?: string;
  fingerprint: string;
  /**
   * What forbids a new job by now, and did not when the request was made: times that have passed. A repetition of the request gets
   * the receipt of the job that it has made; without a key it is none, and refused.
   */
  passed?: Fault[];
  /** What the log has it under. */
  request_id?: string;
  /** Set for the step of a feature: its job's id is derived from the feature's. */
  step?: { job_id: string; parent: Parent };
}

/** JSON nested deeper than this is refused: serialisers recurse. */
export const deepestNesting = 64;

/**
 * Parses a request against the catalog. Throws a RequestError: INVALID_REQUEST with every fault found, or the
 * *_NOT_FOUND of the product, env or event. `headerKey` is the HTTP `Idempotency-Key`.
 */
export function parseRequest(body: unknown, catalog: Catalog, now: number, headerKey?: string): AcceptedRequest {
  if (nestedDeeperThan(body, deepestNesting)) {
    throw invalidRequest([{ pointer: "", detail: `nested deeper than ${deepestNesting} levels` }]);
  }
  if (hasMoreValues(body)) {
    const detail = `has more than ${mostValues} values; give what is larger as an upload, or as text`;
    throw invalidRequest([{ pointer: "/input", detail }]);
  }
  const parsed = JobRequest.safeParse(body);
  if (!parsed.success) throw invalidRequest([...faultsOf(parsed.error), ...inputFaultsOfBroken(body, catalog)]);
  const request = parsed.data;
  const found = catalog.find(request.product_tag, request.env, request.event);
  const input = found.definition.input().safeParse(request.input);
  const key = request.idempotency_key ?? headerKey;
  const { passed, lasting } = timeFaults(request, now);
  const faults = [
    ...lasting,
    ...(key === undefined ? passed : []),
    ...keyFaults(request, headerKey),
    ...tokenFaults(request),
    ...timeoutFaults(request, found),
    ...overflows(request.input, ["input"]),
    ...(input.success ? checkInput(found, request.app, input.data) : faultsOf(input.error, ["input"])),
  ];
  if (!input.success || faults.length > 0) throw invalidRequest(faults);
  const start = dueAt(request.start_at, now);
  const repeat = request.repeat && repeatOf(request.repeat, start);
  const due = (repeat && firstOccurrence(repeat, start)) ?? start;
  // Not the token either: Step Functions asks for the same thing again under another one.
  const { idempotency_key: _key, task_token, ...asked } = request;
  return {
    ...found,
    ...(request.app !== undefined && { app: request.app }),
    input: input.data,
    due_at: due,
    ...(repeat !== undefined && { repeat }),
    ...(request.expires_at !== undefined && { expires_at: epochMs(request.expires_at) }),
    timeout_ms: request.timeout_ms ?? found.event.timeout_ms ?? found.definition.defaults.timeout_ms,
    retries: request.retries ?? found.event.retries ?? found.definition.defaults.retries,
    retry_policy: retryPolicyOf(request.retry_config, found.event.retry_config),
    ...(request.labels !== undefined && { labels: request.labels }),
    ...(task_token !== undefined && { task_token }),
    ...(key !== undefined && { idempotency_key: key }),
    fingerprint: fingerprint(asked),
    ...(passed.length > 0 && { passed }),
  };
}

/** Faults of its times: those that it has by now, and those that it had from the beginning. */
function timeFaults(request: JobRequest, now: number): { passed: Fault[]; lasting: Fault[] } {
  const faults = timeFaultsAt(request, now);
  if (!faults.some(({ pointer }) => passing.includes(pointer))) return { passed: [], lasting: faults };
  // Nothing had passed at its own time, which for "now" may have been any.
  const earlier = timeFaultsAt(request, Math.min(now, epochMs(request.start_at)));
  const isOld = ({ pointer, detail }: Fault) => earlier.some((old) => old.pointer === pointer && old.detail === detail);
  const hasPassed = (fault: Fault) => passing.includes(fault.pointer) && !isOld(fault);
  return { passed: faults.filter(hasPassed), lasting: faults.filter((fault) => !hasPassed(fault)) };
}

const passing = ["/expires_at", "/repeat/end_date"];

const timeFaultsAt = (request: JobRequest, now: number): Fault[] => [
  ...expiryFaults(request, now),
  ...(request.repeat ? repeatFaults(request.repeat, dueAt(request.start_at, now), now) : []),
];

/** So that all faults come at once: what can be said of the input although another field is wrong. */
function inputFaultsOfBroken(body: unknown, catalog: Catalog): Fault[] {
  const { product_tag, event, input } = (body ?? {}) as Partial<Record<string, unknown>>;
  if (typeof product_tag !== "string" || typeof event !== "string") return [];
  // One that is no object at all has been found out already.
  if (typeof input !== "object" || input === null || Array.isArray(input)) return [];
  const parsed = catalog.lookup(product_tag, event)?.definition.input().safeParse(input);
  return parsed?.error ? faultsOf(parsed.error, ["input"]) : [];
}

function checkInput(found: CatalogEvent, app: string | undefined, input: Record<string, unknown>): Fault[] {
  return found.definition.checkInput?.({ ...found, app, input }) ?? [];
}

function expiryFaults(request: JobRequest, now: number): Fault[] {
  const due = dueAt(request.start_at, now);
  const expires = request.expires_at === undefined ? Number.POSITIVE_INFINITY : epochMs(request.expires_at);
  const farthest = now + farthestAheadMs;
  return [
    ...(due <= farthest ? [] : [{ pointer: "/start_at", detail: "more than 5 years ahead" }]),
    ...(request.expires_at !== undefined && request.repeat
      ? [{ pointer: "/expires_at", detail: "is for one-time jobs; a series ends with repeat.end_date" }]
      : []),
    ...(expires > due ? [] : [{ pointer: "/expires_at", detail: "is not after the time the job starts" }]),
    ...(expires <= farthest || request.expires_at === undefined
      ? []
      : [{ pointer: "/expires_at", detail: "more than 5 years ahead" }]),
  ];
}

function keyFaults(request: JobRequest, headerKey: string | undefined): Fault[] {
  if (headerKey === undefined) return [];
  const differs = request.idempotency_key !== undefined && request.idempotency_key !== headerKey;
  return [
    ...(differs ? [{ pointer: "/idempotency_key", detail: "differs from the Idempotency-Key header" }] : []),
    ...(headerKey.length <= requestLimits.idempotencyKey && headerKey.length > 0
      ? []
      : [{ pointer: "/idempotency_key", detail: "the Idempotency-Key header has 1 to 255 characters" }]),
  ];
}

function tokenFaults({ task_token, repeat }: JobRequest): Fault[] {
  if (task_token === undefined || repeat === undefined) return [];
  return [{ pointer: "/task_token", detail: "is for one-time jobs: a task waits for one end, and a series has many" }];
}

function timeoutFaults(request: JobRequest, { definition }: CatalogEvent): Fault[] {
  const { max_timeout_ms } = definition.limits;
  const over = (request.timeout_ms ?? 0) > max_timeout_ms;
  return over
    ? [{ pointer: "/timeout_ms", detail: `must be at most ${max_timeout_ms} ms for jobs of type ${definition.type}` }]
    : [];
}

/**
 * Numbers that would be kept as others: 1e400 is read as Infinity, which would be kept as null, and a whole number beyond
 * 2^53 as the nearest that a JavaScript number can be.
 */
function overflows(value: unknown, path: readonly string[]): Fault[] {
  const fault = (detail: string) => [{ pointer: jsonPointer(path), detail }];
  if (isInexact(value)) return fault("is a whole number beyond 2^53, which would be rounded: send it as a string");
  if (typeof value === "number") return Number.isFinite(value) ? [] : fault("is too large a number");
  if (typeof value !== "object" || value === null) return [];
  // A file's bytes may be millions of numbers: none of them costs more than this look.
  const keys = Object.keys(value).filter((key) => needsLook((value as Record<string, unknown>)[key]));
  return keys.flatMap((key) => overflows((value as Record<string, unknown>)[key], [...path, key]));
}

const needsLook = (value: unknown): boolean =>
  typeof value === "object" || (typeof value === "number" ? !(Math.abs(value) < 2 ** 53) : typeof value === "bigint");

function nestedDeeperThan(value: unknown, limit: number): boolean {
  if (limit < 0) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((item) => nestedDeeperThan(item, limit - 1));
}
