const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(at: number, zone: string): number {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  formats.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offsetOf = (at: number, zone: string): number => wallClock(at, zone) - Math.floor(at / 1000) * 1000;

/**
 * The RFC 3339 time, with its offset, of a local time (`2030-01-31T09:00`) in a zone; undefined where it is no time. A time that
 * the clocks skip in spring moves ahead by what they skip; of a time that comes twice in autumn it is the first.
 */
export function zonedIso(local: string, zone: string): string | undefined {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return undefined;
  const offsets = [wall - dayMs, wall + dayMs].map((at) => offsetOf(at, zone));
  const exact = offsets
    .map((offset) => wall - offset)
    .filter((at) => wallClock(at, zone) === Math.floor(wall / 1000) * 1000);
  const at = exact.length > 0 ? Math.min(...exact) : wall - (offsets[0] ?? 0);
  return isoAt(at, zone);
}

const dayMs = 86_400_000;

function isoAt(at: number, zone: string): string {
  const minutes = offsetOf(at, zone) / 60_000;
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const offset = minutes === 0 ? "Z" : `${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(Math.abs(minutes) % 60)}`;
  return new Date(at + minutes * 60_000).toISOString().replace(/\.000Z$|Z$/, "") + offset;
}

/** The value of a `datetime-local` field: the local time of an instant in a zone, without seconds where there are none. */
export const localOf = (at: number, zone: string): string =>
  new Date(wallClock(at, zone)).toISOString().slice(0, 19).replace(/:00$/, "");

export const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone !== "";
  } catch {
    return false;
  }
};
