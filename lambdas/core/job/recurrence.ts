import { Cron } from "croner";
import type { Repeat } from "./job.ts";

const cronOf = ({ cron = "", tz }: Pick<Repeat, "cron" | "tz">): Cron =>
  new Cron(cron, { paused: true, mode: "5-or-6-parts", ...zoneOf(tz) });

/**
 * croner keeps a format of some 40 KB for each spelling of a time zone, for good. So a name has one spelling here, and an
 * offset, of which there are thousands, needs no format at all.
 */
function zoneOf(tz = "UTC"): { timezone: string } | { utcOffset: number } {
  const minutes = offsetMinutes(tz);
  return minutes === undefined || Math.abs(minutes) > farthestMinutes
    ? { timezone: tz.toLowerCase() }
    : { utcOffset: minutes };
}

/** No clock on Earth is farther from UTC. */
const farthestMinutes = 14 * 60;

/** Minutes ahead of UTC, where a time zone is an offset: `+01:00`, as short as Intl takes it. */
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
 * The first occurrence after `after`, within the series' end date. Computed from the pattern or the anchor, never from
 * when a run finished, so nothing drifts. Where clocks change croner's rules hold: an hour that is left out moves a time
 * of day in it to the hour's end (02:30 becomes 03:00), and one that comes twice has its time of day once.
 * https://croner.56k.guru/usage/basics/
 */
export function nextOccurrence(repeat: Repeat, after: number): number | undefined {
  const next = repeat.every === undefined ? nextByCron(repeat, after) : nextByInterval(repeat, repeat.every, after);
  return next !== undefined && next <= (repeat.end_date ?? Number.POSITIVE_INFINITY) ? next : undefined;
}

/** The first occurrence at or after `from`. */
export const firstOccurrence = (repeat: Repeat, from: number): number | undefined => nextOccurrence(repeat, from - 1);

const nextByCron = (repeat: Repeat, after: number): number | undefined =>
  cronOf(repeat).nextRun(new Date(after))?.getTime();

const nextByInterval = ({ anchor }: Repeat, every: number, after: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;
