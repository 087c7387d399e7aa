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
