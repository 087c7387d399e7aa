/** Milliseconds of an hour, and of a day of UTC, which has no other length. */
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

const units = { ms: 1, s: 1000, m: 60_000, h: hourMs, d: dayMs } as const;
export const durationPattern = /^(\d{1,15})(ms|s|m|h|d)$/;

/** The milliseconds of a duration; NaN for a text that is none. */
export function durationMs(value: number | string): number {
  if (typeof value === "number") return value;
  const [, count, unit] = durationPattern.exec(value) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}
