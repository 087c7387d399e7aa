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

/** How a job recurs: either by `cron` or by `every`. */
export const RepeatRequest = oneOf(
  strict(
    {
      cron: z
        .string()
        .min(1)
        .max(repeatLimits.cron)
        .optional()
        .describe(
          "A cron expression of 5 fields, or of 6 with the seconds first; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.",
        ),
      every: milliseconds(repeatLimits.leastEveryMs, farthestAheadMs)
        .optional()
        .describe("The milliseconds from one run to the next, counted from the first run."),
      tz: z.string().min(1).max(repeatLimits.tz).optional().describe("The IANA time zone of `cron`. Default: UTC."),
      limit: z.int().min(1).optional().describe("The maximum number of runs. Default: no limit."),
      end_date: Time.optional().describe("No run is planned after this time. Default: never."),
      overlap: z
        .enum(["skip", "queue"])
        .optional()
        .describe(
          "What to do when a run lasts beyond the time of the next one: `skip` that one (default), or `queue` one run that starts immediately afterwards. Occurrences that an outage has missed count as one.",
        ),
    },
    { timezone: "tz", zone: "tz", interval: "every", expression: "cron", until: "end_date" },
  ),
  ["cron", "every"],
);
export type RepeatRequest = z.infer<typeof RepeatRequest>;

/** The series of a validated request that starts at `start` (epoch milliseconds). */
export const repeatOf = (
  { cron, every, tz, limit, end_date, overlap = "skip" }: RepeatRequest,
  start: number,
): Repeat => ({
  ...given({ cron, every, tz, limit, end_date: end_date === undefined ? undefined : epochMs(end_date) }),
  overlap,
  anchor: start,
});

/** The faults that the schema cannot find in a series that starts at `start`. */
export function repeatFaults(request: RepeatRequest, start: number, now: number): Fault[] {
  const { cron, tz } = request;
  if (tz !== undefined && cron === undefined)
    return [fault("tz", "applies to cron only: an interval has no time zone")];
  if (tz !== undefined && !isTimeZone(tz)) return [fault("tz", "must be an IANA time zone such as Europe/Berlin")];
  const wrong = cron === undefined ? undefined : cronFault(cron);
  if (wrong !== undefined) return [fault("cron", wrong)];
  // `start_at` has this fault already, and near the end of the range of a Date croner would never stop searching.
  if (start > now + farthestAheadMs) return [];
  const { end_date, ...endless } = repeatOf(request, start);
  const first = firstOccurrence(endless, start);
  if (first === undefined) return [fault("cron", "never fires")];
  if (first - start > farthestAheadMs) return [fault("cron", "first fires more than 5 years ahead")];
  return end_date !== undefined && end_date < first ? [fault("end_date", "is before the first run")] : [];
}

const fault = (field: string, detail: string): Fault => ({ pointer: `/repeat/${field}`, detail });
