import * as z from "zod";
import type { Fault } from "../errors.ts";
import type { Repeat } from "../job/job.ts";
import { firstOccurrence, isTimeZone } from "../job/recurrence.ts";
import { given } from "../schema/given.ts";
import { milliseconds } from "../schema/plain-faults.ts";
import { strict } from "../schema/schema.ts";
import { oneOf } from "../schema/some-of.ts";
import { epochMs, farthestAheadMs, Time } from "../schema/start-time.ts";
import { cronFault } from "./cron-fault.ts";

/** Characters of a cron expression and of a time zone, and the shortest interval in milliseconds. */
export const repeatLimits = { cron: 200, tz: 64, leastEveryMs: 1000 } as const;

/** How a job recurs: by `cron` or `every`, exactly one of them. */
export const RepeatRequest = oneOf(
  strict(
    {
      cron: z
        .string()
        .min(1)
        .max(repeatLimits.cron)
        .optional()
        .describe("5 fields, or 6 with seconds first; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."),
      every: milliseconds(repeatLimits.leastEveryMs, farthestAheadMs)
        .optional()
        .describe("Milliseconds from one run to the next, counted from the first one."),
      tz: z.string().min(1).max(repeatLimits.tz).optional().describe("IANA time zone of `cron`; default UTC."),
      limit: z.int().min(1).optional().describe("The most runs."),
      end_date: Time.optional().describe("After this time no run is planned."),
      overlap: z
        .enum(["skip", "queue"])
        .optional()
        .describe(
          "When a run outlasts the time of the next: `skip` it (default), or `queue` one to run at once. Occurrences missed in an outage count as one.",
        ),
    },
    { timezone: "tz", zone: "tz", interval: "every", expression: "cron", until: "end_date" },
  ),
  ["cron", "every"],
);
export type RepeatRequest = z.infer<typeof RepeatRequest>;

/** A validated request's series, which starts at `start` (epoch ms). */
export const repeatOf = (
  { cron, every, tz, limit, end_date, overlap = "skip" }: RepeatRequest,
  start: number,
): Repeat => ({
  ...given({ cron, every, tz, limit, end_date: end_date === undefined ? undefined : epochMs(end_date) }),
  overlap,
  anchor: start,
});

/** What a schema cannot say of a series that starts at `start`. */
export function repeatFaults(request: RepeatRequest, start: number, now: number): Fault[] {
  const { cron, tz } = request;
  if (tz !== undefined && cron === undefined) return [fault("tz", "is for cron; an interval knows no time zone")];
  if (tz !== undefined && !isTimeZone(tz)) return [fault("tz", "is not an IANA time zone such as Europe/Berlin")];
  const wrong = cron === undefined ? undefined : cronFault(cron);
  if (wrong !== undefined) return [fault("cron", wrong)];
  // Said of `start_at` already; and near the end of what a Date can be, croner looks for the next time without end.
  if (start > now + farthestAheadMs) return [];
  const { end_date, ...endless } = repeatOf(request, start);
  const first = firstOccurrence(endless, start);
  if (first === undefined) return [fault("cron", "never fires")];
  if (first - start > farthestAheadMs) return [fault("cron", "first fires more than 5 years ahead")];
  return end_date !== undefined && end_date < first ? [fault("end_date", "is before the first run")] : [];
}

const fault = (field: string, detail: string): Fault => ({ pointer: `/repeat/${field}`, detail });
