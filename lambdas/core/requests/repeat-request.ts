import { Cron } from "croner";
import * as z from "zod";
import type { Repeat } from "../job/job.ts";
import { type Calendars, dayExists, firstOccurrence, isDate, isTimeZone } from "../job/series.ts";
import { defined } from "../kernel/defined.ts";
import type { Fault } from "../kernel/errors.ts";
import { milliseconds } from "../kernel/plain-faults.ts";
import { didYouMean, strict } from "../kernel/schema.ts";
import { oneOf } from "../kernel/some-of.ts";
import { epochMs, farthestAheadMs, Time } from "../kernel/start-time.ts";
import { longestTag } from "../kernel/tag.ts";

/**
 * Characters of a cron expression and of a time zone, the shortest interval in milliseconds, the longest lateness and spread, and the
 * entries of `except`.
 */
export const repeatLimits = {
  cron: 200,
  tz: 64,
  leastEveryMs: 1000,
  maxLatenessMs: 31 * 24 * 3_600_000,
  spreadMs: 24 * 3_600_000,
  except: 100,
} as const;

export const RepeatRequest = oneOf(
  strict(
    {
      cron: z
        .string()
        .min(1)
        .max(repeatLimits.cron)
        .optional()
        .meta({
          description:
            "A cron expression of 5 fields, or of 6 with the seconds first; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.",
          examples: ["30 9 * * *"],
        }),
      every: milliseconds(repeatLimits.leastEveryMs, farthestAheadMs)
        .optional()
        .meta({
          description: "Milliseconds from one run to the next, counted from the first one; at least 1000.",
          examples: [60_000],
        }),
      tz: z
        .string()
        .min(1)
        .max(repeatLimits.tz)
        .optional()
        .meta({ description: "The IANA time zone of `cron`. Default: UTC.", examples: ["Europe/Berlin"] }),
      limit: z
        .int()
        .min(1)
        .optional()
        .meta({ description: "The maximum number of runs. Default: no limit.", examples: [10] }),
      end_date: Time.optional().meta({
        description:
          "No run is planned after this time; a bare date means the end of that day in `tz`. Default: never.",
        examples: ["2030-12-31T23:59:59Z"],
      }),
      overlap: z
        .enum(["skip", "queue", "cancel_previous"])
        .optional()
        .describe(
          "What to do when a run lasts beyond the time of the next one: `skip` that one, `queue` one run that starts immediately afterwards, or `cancel_previous`: the next one starts on time, and the outcome of the run before it is discarded. Default: `skip`.",
        ),
      missed: z
        .enum(["skip", "once", "all"])
        .optional()
        .describe(
          "What to do about occurrences that could not start on time, as after an outage: `once` runs one for all of them, `all` runs each of them, one after the other and with its own planned time, and `skip` runs none that is more than `max_lateness_ms` late. Default: `once`.",
        ),
      max_lateness_ms: milliseconds(0, repeatLimits.maxLatenessMs)
        .optional()
        .meta({
          description:
            "How late a run may start, in milliseconds, at most 31 days. A later one is skipped, and listed among the runs as cancelled. Default: no limit, and a minute with `missed: skip`.",
          examples: [600_000],
        }),
      spread_ms: milliseconds(1, repeatLimits.spreadMs)
        .optional()
        .meta({
          description:
            "Every run starts later by the same part of this, which is derived from the id of the job, so that many series with the same times do not start together. Milliseconds, at most a day. Default: none: runs start at their times.",
          examples: [300_000],
        }),
      except: z
        .array(z.string().min(1).max(longestTag))
        .max(repeatLimits.except)
        .optional()
        .meta({
          description:
            "Days in `tz` on which no run is planned: dates, and names of the product's calendars, at most 100. Default: none.",
          examples: [["2030-12-24", "holidays"]],
        }),
    },
    { timezone: "tz", zone: "tz", interval: "every", expression: "cron", until: "end_date" },
  ),
  ["cron", "every"],
).describe("How a job recurs: either by `cron` or by `every`.");
export type RepeatRequest = z.infer<typeof RepeatRequest>;

/** The series of a validated request that starts at `start` (epoch milliseconds). */
export const repeatOf = (
  { cron, every, tz, limit, end_date, overlap = "skip", ...asked }: RepeatRequest,
  start: number,
): Repeat => ({
  ...defined({ cron, every, tz, limit, end_date: end_date === undefined ? undefined : epochMs(end_date) }),
  overlap,
  anchor: start,
  ...defined({
    missed: asked.missed,
    max_lateness_ms: asked.max_lateness_ms,
    spread_ms: asked.spread_ms,
    except: asked.except?.length ? asked.except : undefined,
  }),
});

/** When a request is made, and for which product: the names of its calendars are checked only if they are known. */
export interface RepeatAt {
  now: number;
  calendars?: Calendars | undefined;
}

/** The faults that the schema cannot find in a series that starts at `start`. */
export function repeatFaults(request: RepeatRequest, start: number, asked: RepeatAt): Fault[] {
  const own = [...exceptFaults(request, asked.calendars), ...policyFaults(request)];
  // With an entry that is no day, the times of the series are not known.
  return own.length > 0 ? own : repeatTimeFaults(request, start, asked);
}

function repeatTimeFaults(request: RepeatRequest, start: number, { now, calendars }: RepeatAt): Fault[] {
  const { cron, tz, spread_ms = 0 } = request;
  if (tz !== undefined && cron === undefined)
    return [repeatFault("tz", "applies to cron only: an interval has no time zone")];
  if (tz !== undefined && !isTimeZone(tz))
    return [repeatFault("tz", "must be an IANA time zone such as Europe/Berlin")];
  const wrong = cron === undefined ? undefined : cronFault(cron);
  if (wrong !== undefined) return [repeatFault("cron", wrong)];
  // `start_at` has this fault already, and near the end of the range of a Date croner would never stop searching.
  if (start > now + farthestAheadMs) return [];
  const { end_date, ...endless } = repeatOf(request, start);
  const first = firstOccurrence(endless, start, calendars);
  if (first === undefined) return [repeatFault("cron", "never fires")];
  if (first - start > farthestAheadMs) return [repeatFault("cron", "first fires more than 5 years ahead")];
  if (end_date === undefined || end_date >= first + spread_ms) return [];
  return [
    repeatFault(
      "end_date",
      end_date < first ? "is before the first run" : "is before the first run, if that is spread",
    ),
  ];
}

/** Fields that contradict each other. */
function policyFaults({ overlap, missed, every, spread_ms }: RepeatRequest): Fault[] {
  if (overlap === "cancel_previous" && missed === "all")
    return [
      repeatFault(
        "missed",
        "cannot be all with overlap cancel_previous, where a later run ends those before it: use once",
      ),
    ];
  if (every !== undefined && spread_ms !== undefined && spread_ms > every)
    return [repeatFault("spread_ms", "must be at most `every`, since a longer one only puts the series off")];
  return [];
}

function exceptFaults({ except = [] }: RepeatRequest, calendars: Calendars | undefined): Fault[] {
  return except.flatMap((entry, i) => {
    const wrong = entryFault(entry, calendars);
    return wrong === undefined ? [] : [repeatFault(`except/${i}`, wrong)];
  });
}

function entryFault(entry: string, calendars: Calendars | undefined): string | undefined {
  if (isDate(entry)) return dayExists(entry) ? undefined : "is a day that does not exist";
  if (calendars === undefined || Object.hasOwn(calendars, entry)) return undefined;
  const names = Object.keys(calendars);
  const hint = didYouMean(entry, names);
  return `must be a date such as 2030-12-25, or a calendar of the product.${hint || ` It has ${names.join(", ") || "none"}.`}`;
}

const repeatFault = (field: string, detail: string): Fault => ({ pointer: `/repeat/${field}`, detail });

/** The fields of a cron expression in order, and the values of each. An expression of 5 fields has no seconds. */
const fields = [
  ["second", "0 to 59"],
  ["minute", "0 to 59"],
  ["hour", "0 to 23"],
  ["day of the month", "1 to 31, L for the last day, or 15W for the weekday nearest to the 15th"],
  ["month", "1 to 12 or JAN to DEC"],
  [
    "day of the week",
    "0 to 7 or SUN to SAT (0 and 7 are Sunday), FRI#2 for the second Friday of the month or FRI#L for the last",
  ],
] as const;

const inGeneral = "each also as a list (1,15), a range (1-5) or with steps (*/10, 0-30/5), and * for all";
const nicknames = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

const form =
  `a cron expression has 5 fields (${fields
    .slice(1)
    .map(([name]) => name)
    .join(", ")}), ` + `or 6 with the second first, or is one of ${nicknames.join(", ")}`;

const isValid = (pattern: string): boolean => {
  try {
    new Cron(pattern, { paused: true, mode: "5-or-6-parts" });
    return true;
  } catch {
    return false;
  }
};

/** Says why a string is not a cron expression; undefined if it is one. Croner's own messages describe its internals. */
export function cronFault(cron: string): string | undefined {
  const parts = cron.trim().split(/\s+/);
  if (cron.trim().startsWith("@")) return nicknames.includes(cron.trim().toLowerCase()) ? undefined : form;
  if (isValid(cron)) return undefined;
  if (parts.length !== 5 && parts.length !== 6) return form;
  const named = fields.slice(-parts.length);
  const wrong = named.filter((_, i) => !isValid(named.map((_field, j) => (i === j ? parts[j] : "*")).join(" ")));
  if (wrong.length === 0) return form;
  return `${wrong.map(([name, takes]) => `the ${name} is ${takes}`).join("; ")}; ${inGeneral}`;
}
