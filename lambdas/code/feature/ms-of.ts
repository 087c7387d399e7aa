import { durationMs } from "../../core/kernel/duration-ms.ts";
import type { Duration } from "./context.ts";

/** A duration in milliseconds. Throws a TypeError, which names `what` it is for, if it is none. */
export function msOf(what: string, duration: Duration): number {
  const ms = typeof duration === "number" || typeof duration === "string" ? durationMs(duration) : Number.NaN;
  if (Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  throw new TypeError(
    `${what}: ${JSON.stringify(duration)} is no duration, which is milliseconds or a text such as "5s", "5m", "1h" or "1d".`,
  );
}
