import { Cron } from "croner";
import { type Calendars, exceptedUntil, noCalendars } from "./calendars.ts";
import type { Repeat } from "./job.ts";

const cronOf = ({ cron = "", tz }: Pick<Repeat, "cron" | "tz">): Cron =>
  new Cron(cron, { paused: true, mode: "5-or-6-parts", ...zoneOf(tz) });

/**
 * croner keeps a format of some 40 KB for every spelling of a time zone, and never drops it. So each name has one spelling
 * here, and offsets, of which there are thousands, use no format.
 */
function zoneOf(tz = "UTC"): { timezone: string } | { utcOffset: number } {
  const minutes = offsetMinutes(tz);
  return minutes === undefined || Math.abs(minutes) > farthestMinutes
    ? { timezone: tz.toLowerCase() }
    : { utcOffset: minutes };
}

/** No time zone on Earth is farther from UTC. */
const farthestMinutes = 14 * 60;

/** Minutes ahead of UTC for a time zone that is an offset, such as `+01:00` or `+01`. Undefined for any other. */
function offsetMinutes(tz: string): number | undefined {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(tz) ?? [];
  if (sign === undefined) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

export function isTimeZone(tz: string): boolean {
  if (Math.abs(offsetMinutes(tz) ?? 0) > farthestMinutes) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: tz });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first occurrence after `after`, within the series' end date. It is computed from the pattern or the anchor and never
 * from the end of a run, so that nothing drifts. When clocks change, croner's rules hold: a time of day in an hour that is
 * left out moves to the end of that hour (02:30 becomes 03:00), and in an hour that comes twice it occurs once.
 * https://croner.56k.guru/usage/basics/
 *
 * The days of `except` are left out. The series' own offset comes last: it moves a run, but not the day that counts.
 */
export function nextOccurrence(repeat: Repeat, after: number, calendars: Calendars = noCalendars): number | undefined {
  const { offset_ms = 0, end_date = Number.POSITIVE_INFINITY } = repeat;
  const planned = nextOpen(repeat, after - offset_ms, calendars);
  const next = planned === undefined ? undefined : planned + offset_ms;
  return next !== undefined && next <= end_date ? next : undefined;
}

/** The first occurrence at or after `from`. */
export const firstOccurrence = (repeat: Repeat, from: number, calendars?: Calendars): number | undefined =>
  nextOccurrence(repeat, from - 1, calendars);

/** Whether a time of the series lies on a day that it excepts. */
export const isExcepted = (repeat: Repeat, at: number, calendars: Calendars): boolean =>
  exceptedUntil(repeat, calendars)(at - (repeat.offset_ms ?? 0)) !== undefined;

/** The next time on a day that is not excepted. Whole days are left out at a time, since a day may have many occurrences. */
function nextOpen(repeat: Repeat, after: number, calendars: Calendars): number | undefined {
  const closed = exceptedUntil(repeat, calendars);
  for (let from: number | undefined = after; ; ) {
    const next = nextByPattern(repeat, from);
    const until: number | undefined = next === undefined ? undefined : closed(next);
    if (until === undefined) return next;
    from = until;
  }
}

const nextByPattern = (repeat: Repeat, after: number): number | undefined =>
  repeat.every === undefined ? nextByCron(repeat, after) : nextByInterval(repeat, repeat.every, after);

const nextByCron = (repeat: Repeat, after: number): number | undefined =>
  cronOf(repeat).nextRun(new Date(after))?.getTime();

const nextByInterval = ({ anchor }: Repeat, every: number, after: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;
