import type * as z from "zod";
import type { Repeat } from "../job/job.ts";
import { type Calendars, nextOccurrence, noCalendars } from "../job/series.ts";
import { localIso, offsetAt, timeOfDay, wallClock } from "../kernel/zone.ts";
import type { FireTimeSchema } from "./schemas/explanation.ts";

/** A time at which a job will run. */
export type FireTime = z.infer<typeof FireTimeSchema>;

/** The first `count` times at which a job that is due at `due` runs, including those of its series. */
export function fireTimes(
  due: number,
  repeat: Repeat | undefined,
  count: number,
  calendars: Calendars = noCalendars,
): FireTime[] {
  const times: number[] = [];
  const most = repeat ? Math.min(count, repeat.limit ?? count) : 1;
  for (let at: number | undefined = due; at !== undefined && times.length < most; ) {
    times.push(at);
    at = repeat && nextOccurrence(repeat, at, calendars);
  }
  return localTimes(times, repeat);
}

/** The times of consecutive runs in the time zone of their series. */
export function localTimes(times: readonly number[], repeat: Repeat | undefined): FireTime[] {
  const tz = repeat?.tz ?? "UTC";
  const offset = repeat?.offset_ms ?? 0;
  const pattern = repeat?.tz === undefined ? undefined : patternOf(repeat);
  return times.map((at, i) => {
    const before = times[i - 1];
    const note = pattern && noteOf(pattern, tz, at - offset, before === undefined ? undefined : before - offset);
    return { at, local: localIso(at, tz), ...(note !== undefined && { note }) };
  });
}

/** What the notes are about: the times before the series' own offset, on whatever day. */
const patternOf = ({ offset_ms: _offset, except: _except, ...pattern }: Repeat): Repeat => pattern;

/** Longer than any change of the clocks, and shorter than the time between two of them. */
const aroundMs = 3 * 3_600_000;

function noteOf(repeat: Repeat, tz: string, at: number, before: number | undefined): string | undefined {
  return movedNote(repeat, tz, at) ?? repeatedNote(repeat, tz, at) ?? betweenNote(tz, at, before);
}

/** A run right at the end of the hour that is skipped in spring may have been planned for a time within that hour. */
function movedNote(repeat: Repeat, tz: string, at: number): string | undefined {
  const skipped = offsetAt(at, tz) - offsetAt(at - 1, tz);
  if (skipped <= 0) return undefined;
  const end = wallClock(at, tz);
  // Without a time zone, the same pattern yields the planned time.
  const { tz: _tz, end_date: _end, ...unmoved } = repeat;
  const meant = nextOccurrence(unmoved, end - skipped - 1);
  if (meant === undefined || meant >= end) return undefined;
  const gap = `The clocks go forward from ${timeOfDay(end - skipped)} to ${timeOfDay(end)}`;
  if (nextOccurrence(unmoved, end - 1) === end) return `${gap}: times in between are skipped.`;
  const isOne = (nextOccurrence(unmoved, meant) ?? end) >= end;
  return isOne
    ? `${gap}: ${timeOfDay(meant)} does not exist on this day, so it runs at ${timeOfDay(end)}.`
    : `${gap}: for the times in between it runs once, at ${timeOfDay(end)}.`;
}

/** A time of day that occurs twice in autumn. */
function repeatedNote(repeat: Repeat, tz: string, at: number): string | undefined {
  const shown = timeOfDay(wallClock(at, tz));
  const later = offsetAt(at, tz) - offsetAt(at + aroundMs, tz);
  if (later > 0 && offsetAt(at + later, tz) === offsetAt(at + aroundMs, tz)) {
    const again = nextOccurrence(repeat, at + later - 1) === at + later;
    return again
      ? `The clocks go back: ${shown} comes twice on this day; this is the first time, and it runs both times.`
      : `The clocks go back: ${shown} comes twice on this day; it runs the first time only.`;
  }
  const earlier = offsetAt(at - aroundMs, tz) - offsetAt(at, tz);
  const isSecond = earlier > 0 && offsetAt(at - earlier, tz) === offsetAt(at - aroundMs, tz);
  return isSecond ? `The clocks go back: ${shown} comes twice on this day; this is the second time.` : undefined;
}

function betweenNote(tz: string, at: number, before: number | undefined): string | undefined {
  const moved = before === undefined ? 0 : offsetAt(at, tz) - offsetAt(before, tz);
  if (moved === 0) return undefined;
  const minutes = Math.abs(moved) / 60_000;
  const span = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
  return moved > 0
    ? `The clocks go forward by ${span} between the previous run and this one, so it runs that much sooner.`
    : `The clocks go back by ${span} between the previous run and this one, so it runs that much later.`;
}
