import { dayMs } from "./duration-ms.ts";

/** One format per zone, by its name in lower case. Limited, since besides zone names callers may use thousands of offsets. */
const formats = new Map<string, Intl.DateTimeFormat>();
const mostFormats = 100;

function formatOf(tz: string): Intl.DateTimeFormat {
  const name = tz.toLowerCase();
  const format =
    formats.get(name) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: tz,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  if (formats.size >= mostFormats && !formats.has(name)) formats.clear();
  formats.set(name, format);
  return format;
}

/** Milliseconds that the clocks of a time zone are ahead of UTC at a time. */
export function offsetAt(at: number, tz: string): number {
  const part = Object.fromEntries(
    formatOf(tz)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** The local time of a time zone as if it were UTC. It may only be compared and formatted. */
export const wallClock = (at: number, tz: string): number => at + offsetAt(at, tz);

const twoDigits = (count: number): string => String(Math.floor(count)).padStart(2, "0");

/** ISO 8601 with the offset of the time zone: `2030-01-31T09:00:00.000+01:00`. */
export function localIso(at: number, tz: string): string {
  const minutes = offsetAt(at, tz) / 60_000;
  const offset = `${minutes < 0 ? "-" : "+"}${twoDigits(Math.abs(minutes) / 60)}:${twoDigits(Math.abs(minutes) % 60)}`;
  return new Date(wallClock(at, tz)).toISOString().replace("Z", minutes === 0 ? "Z" : offset);
}

/** Formats a `wallClock` as `02:30`, or as `02:30:15` if there are seconds. */
export const timeOfDay = (wall: number): string => {
  const text = new Date(wall).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
};

/**
 * The last millisecond of a day (`YYYY-MM-DD`) in a time zone, or undefined if the calendar has no such day. If the clocks go back
 * across midnight, it is the later of the two.
 */
export function endOfDay(day: string, tz: string): number | undefined {
  const end = Date.parse(`${day}T23:59:59.999Z`);
  if (Number.isNaN(end) || new Date(end).toISOString().slice(0, 10) !== day) return undefined;
  const offsets = [-1, 0, 1].map((days) => offsetAt(end + days * dayMs, tz));
  const exact = offsets.map((offset) => end - offset).filter((at) => wallClock(at, tz) === end);
  // The clocks may skip the end of a day: then the day ends when they do.
  return exact.length > 0 ? Math.max(...exact) : end - Math.max(...offsets);
}
