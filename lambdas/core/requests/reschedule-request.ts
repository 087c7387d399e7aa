import * as z from "zod";
import type { Repeat } from "../job/job.ts";
import type { Calendars } from "../job/series.ts";
import { refuseManyFields } from "../kernel/bounds.ts";
import type { Fault } from "../kernel/errors.ts";
import { parseBody, parseOptionalBody } from "../kernel/parse-body.ts";
import { milliseconds } from "../kernel/plain-faults.ts";
import { invalidRequest } from "../kernel/request-error.ts";
import { longestDelayMs } from "../kernel/request-limits.ts";
import { strict } from "../kernel/schema.ts";
import { notBoth, someOf } from "../kernel/some-of.ts";
import { dueAt, farthestAheadMs, Time } from "../kernel/start-time.ts";
import { type RepeatAt, RepeatRequest, repeatFaults, repeatOf } from "./repeat-request.ts";
import { asWritten, rewriteReschedule } from "./spellings/rewrite.ts";

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

/** When to retry a failed job, and by what. Default: now, and a feature by the definition that its run keeps. */
export const RetryRequest = notBoth(
  strict({
    delay_ms: milliseconds(0, longestDelayMs).optional().describe("Milliseconds from now."),
    start_at: Time.optional(),
    definition: z
      .literal("current")
      .optional()
      .describe(
        "Of a feature: go on by the present catalog, and not by the definition that the run keeps; so do the failed features in it.",
      ),
  }),
  ["delay_ms", "start_at"],
);
export type RetryRequest = z.infer<typeof RetryRequest>;

/** Parses the body of a reschedule, in any documented spelling. Throws INVALID_REQUEST with every fault. */
export function parseReschedule(body: unknown, now: number, calendars?: Calendars): Rescheduled {
  refuseManyFields(body);
  const rewritten = rewriteReschedule(body);
  return asWritten(rewritten, () => checkReschedule(rewritten.request, { now, calendars }));
}

interface Rescheduled {
  due_at?: number;
  repeat?: Repeat;
}

function checkReschedule(body: unknown, asked: RepeatAt): Rescheduled {
  const { now } = asked;
  const { start_at, repeat } = parseBody(RescheduleRequest, body);
  const start = dueAt(start_at ?? 0, now);
  const faults = [...tooFar(start, now), ...(repeat ? repeatFaults(repeat, start, asked) : [])];
  if (faults.length > 0) throw invalidRequest(faults);
  return repeat ? { repeat: repeatOf(repeat, start) } : { due_at: start };
}

/** Parses the body of a retry; `delay` is in milliseconds from now. Throws INVALID_REQUEST with every fault. */
export function parseRetry(body: unknown, now: number): { delay: number; definition?: "current" | undefined } {
  const { delay_ms = 0, start_at, definition } = parseOptionalBody(RetryRequest, body);
  if (start_at === undefined) return { delay: delay_ms, definition };
  const start = dueAt(start_at, now);
  const faults = tooFar(start, now);
  if (faults.length > 0) throw invalidRequest(faults);
  return { delay: start - now, definition };
}

const tooFar = (start: number, now: number): Fault[] =>
  start <= now + farthestAheadMs ? [] : [{ pointer: "/start_at", detail: "is more than 5 years ahead" }];
