import * as z from "zod";
import { durationMs, durationPattern } from "./duration-ms.ts";
import { must } from "./plain-faults.ts";

const aDuration = 'must be whole milliseconds, or a text such as "30s", "5m", "2h" or "1d"';

/** A written duration: whole milliseconds, or a number with its unit (ms, s, m, h, d). Bounds in milliseconds. */
export const duration = (least: number, most: number) =>
  z
    .union(
      // What is no duration has no length either, so its bounds are not looked at.
      [z.int(aDuration), z.string(aDuration).regex(durationPattern, { error: aDuration, abort: true })],
      must(aDuration),
    )
    .refine((value) => durationMs(value) >= least, `must be at least ${least} ms`)
    .refine((value) => durationMs(value) <= most, `must be at most ${most} ms`);
