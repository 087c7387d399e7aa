import * as z from "zod";
import { must } from "./plain-faults.ts";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const aDuration = 'must be whole milliseconds, or a text such as "30s", "5m", "2h" or "1d"';
const pattern = /^(\d{1,15})(ms|s|m|h|d)$/;

/** A written duration: whole milliseconds, or a number with its unit (ms, s, m, h, d). Bounds in milliseconds. */
export const duration = (least: number, most: number) =>
  z
    .union([z.int(aDuration), z.string(aDuration).regex(pattern, aDuration)], must(aDuration))
    .refine((value) => durationMs(value) >= least, `must be at least ${least} ms`)
    .refine((value) => durationMs(value) <= most, `must be at most ${most} ms`);

/** The milliseconds of a duration; NaN for a text that is none. */
export function durationMs(value: number | string): number {
  if (typeof value === "number") return value;
  const [, count, unit] = pattern.exec(value) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}
