import { InvalidArgumentError } from "commander";

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of `90s`, `10m`, `1.5h`, `2d`. A number alone is none: it means seconds to many tools, and milliseconds to others. */
function millisecondsIn(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim()) ?? [];
  const ms = unitMs[unit];
  return ms === undefined ? undefined : Math.round(Number(count) * ms);
}

/** Reads the argument of an option that takes a duration. */
export function readDuration(text: string): number {
  const ms = millisecondsIn(text);
  if (ms !== undefined && Number.isSafeInteger(ms)) return ms;
  throw new InvalidArgumentError("Use a number with a unit, such as 90s, 10m, 2h or 1d.");
}

/** A time that a user wrote: absolute, or relative to when the command runs by the API's clock. */
export type WrittenTime = { absolute: number | string } | { fromNow: number };

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?[+-]\d\d:\d\d|[Zz])$/;

/** Reads the argument of an option that takes a time. */
export function readTime(text: string): WrittenTime {
  const written = text.trim();
  if (written === "now") return { fromNow: 0 };
  const sign = written[0];
  const ms = sign === "+" || sign === "-" ? millisecondsIn(written.slice(1)) : undefined;
  if (ms !== undefined) return { fromNow: sign === "-" ? -ms : ms };
  if (/^\d{1,16}(\.\d+)?$/.test(written)) return { absolute: Number(written) };
  // A space for the T, as our own tables print it.
  if (rfc3339.test(written) && !Number.isNaN(Date.parse(isoOf(written)))) return { absolute: isoOf(written) };
  throw new InvalidArgumentError(
    "Use +10m from now, an RFC 3339 time with an offset such as 2030-01-31T09:00:00+01:00, or Unix time.",
  );
}

/** With the seconds that RFC 3339 asks for. */
function isoOf(written: string): string {
  const [, date, time = "", offset = ""] = /^(.{10})[Tt ](\d\d:\d\d(?::[\d.]+)?) ?(.+)$/.exec(written) ?? [];
  return `${date}T${time.length === 5 ? `${time}:00` : time}${offset.toUpperCase()}`;
}

/** The time as the API takes it. A relative one needs the API's clock, which is known once it has answered. */
export async function timeOf(
  written: WrittenTime | undefined,
  now: () => Promise<number> | number,
): Promise<number | string | undefined> {
  if (written === undefined) return undefined;
  return "absolute" in written ? written.absolute : (await now()) + written.fromNow;
}
