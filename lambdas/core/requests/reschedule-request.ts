import type * as z from "zod";
import type { Fault } from "../errors.ts";
import type { Calendars } from "../job/calendars.ts";
import type { Repeat } from "../job/job.ts";
import { invalidRequest, parseBody, parseOptionalBody, refuseManyFields } from "../schema/parse-body.ts";
import { milliseconds } from "../schema/plain-faults.ts";
import { longestDelayMs } from "../schema/request-limits.ts";
import { strict } from "../schema/schema.ts";
import { notBoth, someOf } from "../schema/some-of.ts";
import { dueAt, farthestAheadMs, Time } from "../schema/start-time.ts";
import { asWritten } from "./ductape/as-written.ts";
import { rewriteReschedule } from "./ductape/rewrite.ts";
import { type Asked, RepeatRequest, repeatFaults, repeatOf } from "./repeat-request.ts";

/** A new start time for a waiting job, or a new series for a recurring one; at least one of them. */
export const RescheduleRequest = someOf(
  strict({
    start_at: Time.optional().describe(
      "As in the request for a job: 0 or a time in the past means now. With `repeat`, the start of the new series; default: now.",
    ),
    repeat: RepeatRequest.optional(),
  }),
  ["start_at", "repeat"],
);
export type RescheduleRequest = z.infer<typeof RescheduleRequest>;

/** When to retry a failed job. Default: now. */
export const RetryRequest = notBoth(
  strict({
    delay_ms: milliseconds(0, longestDelayMs).optional().describe("Milliseconds from now."),
    start_at: Time.optional(),
  }),
  ["delay_ms", "start_at"],
);
export type RetryRequest = z.infer<typeof RetryRequest>;

/** Parses the body of a reschedule, in any documented spelling. Throws INVALID_REQUEST with every fault. */
export function parseReschedule(body: unknown, now: number, calendars?: Calendars): Rescheduled {
  refuseManyFields(body);
  const rewritten = rewriteReschedule(body);
  return asWritten(rewritten, () => parsePlain(rewritten.request, { now, calendars }));
}

interface Rescheduled {
  due_at?: number;
  repeat?: Repeat;
}

function parsePlain(body: unknown, asked: Asked): Rescheduled {
  const { now } = asked;
  const { start_at, repeat } = parseBody(RescheduleRequest, body);
  const start = dueAt(start_at ?? 0, now);
  const faults = [...tooFar(start, now), ...(repeat ? repeatFaults(repeat, start, asked) : [])];
  if (faults.length > 0) throw invalidRequest(faults);
  return repeat ? { repeat: repeatOf(repeat, start) } : { due_at: start };
}

/** Parses the body of a retry: the milliseconds from now. Throws INVALID_REQUEST with every fault. */
export function parseRetry(body: unknown, now: number): number {
  const { delay_ms, start_at } = parseOptionalBody(RetryRequest, body);
  if (start_at === undefined) return delay_ms ?? 0;
  const start = dueAt(start_at, now);
  const faults = tooFar(start, now);
  if (faults.length > 0) throw invalidRequest(faults);
  return start - now;
}

const tooFar = (start: number, now: number): Fault[] =>
  start <= now + farthestAheadMs ? [] : [{ pointer: "/start_at", detail: "is more than 5 years ahead" }];
