const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export const durationPattern = /^(\d{1,15})(ms|s|m|h|d)$/;

/** The milliseconds of a duration; NaN for a text that is none. */
export function durationMs(value: number | string): number {
  if (typeof value === "number") return value;
  const [, count, unit] = durationPattern.exec(value) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}
