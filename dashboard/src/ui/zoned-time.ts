import { localIso, offsetAt, wallClock } from "../../../lambdas/core/kernel/zone.ts";

const dayMs = 86_400_000;

/**
 * The RFC 3339 time, with its offset, of a local time (`2030-01-31T09:00`) in a zone; undefined where it is no time. A time that
 * the clocks skip in spring moves ahead by what they skip; of a time that comes twice in autumn it is the first.
 */
export function zonedIso(local: string, zone: string): string | undefined {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return undefined;
  const offsets = [wall - dayMs, wall + dayMs].map((at) => offsetAt(at, zone));
  const exact = offsets.map((offset) => wall - offset).filter((at) => wallClock(at, zone) === wall);
  const at = exact.length > 0 ? Math.min(...exact) : wall - (offsets[0] ?? 0);
  return localIso(at, zone).replace(".000", "");
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
