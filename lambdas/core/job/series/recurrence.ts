import { Cron, CronPattern } from "croner";
import { offsetAt, wallClock } from "../../kernel/zone.ts";
import { isKnownSeries, type Repeat } from "../job.ts";
import { type Calendars, exceptedUntil, noCalendars } from "./calendars.ts";

const mode = "5-or-6-parts";

const cronOf = ({ cron = "", tz }: Pick<Repeat, "cron" | "tz">): Cron =>
  new Cron(cron, { paused: true, mode, fixedTimeRule: "no-wildcard", ...zoneOf(tz) });

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
 * from the end of a run, so that nothing drifts.
 *
 * When clocks go forward, the times that they leave out are made up for by one at the end of the gap (02:30 becomes 03:00), except those
 * of an expression for every hour, which goes on in the next one. When they go back, croner's rule holds: times of day occur once, and
 * those of an expression with `*` or a step in its second, minute or hour occur both times. Vixie cron divides expressions similarly, but
 * makes up for no time of one that begins its minute or hour with `*`.
 * https://croner.56k.guru/usage/configuration/
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

function nextByPattern(repeat: Repeat, after: number): number | undefined {
  if (!isKnownSeries(repeat)) return undefined;
  return repeat.every === undefined ? nextByCron(repeat, after) : nextByInterval(repeat, repeat.every, after);
}

function nextByCron(repeat: Repeat, after: number): number | undefined {
  const { cron = "", tz } = repeat;
  const next = cronOf(repeat).nextRun(new Date(after))?.getTime();
  if (tz === undefined || offsetMinutes(tz) !== undefined) return next;
  if (next !== undefined && isSteady(after, next, tz)) return next;
  const moved = isHourly(cron) ? undefined : nextMoved(cron, tz, after);
  return moved === undefined ? next : Math.min(moved, next ?? moved);
}

/** Whether the clocks do not change between two times. In no time zone they change and change back within a week. */
const isSteady = (from: number, to: number, tz: string): boolean =>
  to - from < 7 * dayMs && offsetAt(from, tz) === offsetAt(to, tz);

/** The end of the gap in which the next time of an expression lies. */
function nextMoved(cron: string, tz: string, after: number): number | undefined {
  const next = cronOf({ cron })
    .nextRun(new Date(wallClock(after, tz)))
    ?.getTime();
  return next === undefined ? undefined : endOfGap(next, tz);
}

const isHourly = (cron: string): boolean => new CronPattern(cron, undefined, { mode }).hour.every((isNamed) => isNamed);

const dayMs = 24 * 3_600_000;

/** When the clocks go forward past a local time that they leave out. Undefined for a time that there is. */
function endOfGap(wall: number, tz: string): number | undefined {
  const [before, after] = [offsetAt(wall - dayMs, tz), offsetAt(wall + dayMs, tz)];
  if (before >= after || [before, after].some((offset) => offsetAt(wall - offset, tz) === offset)) return undefined;
  let [earlier, end] = [wall - after, wall - before];
  while (end - earlier > 1) {
    const middle = Math.floor((earlier + end) / 2);
    if (offsetAt(middle, tz) === after) end = middle;
    else earlier = middle;
  }
  return end;
}

const nextByInterval = ({ anchor }: Repeat, every: number, after: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;
