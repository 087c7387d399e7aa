import type { Clock } from "../ports/ports.ts";
import type { ApiLimits } from "./api-limits.ts";

/** Counts what callers do, in slots of time. A Lambda has one request at a time, so no process sees how many a key has. */
export interface CallerCounts {
  /** Counts one more of the caller in the slot that `now` is in, and answers how many there are. */
  add(caller: string, now: number): Promise<number>;
}

/** Counts the requests that wait for jobs, in slots of `grantMs`. */
export type Waits = CallerCounts;

/** The beginning of the slot that a time is in, epoch milliseconds. */
export const slotOf = (now: number, slotMs: number): number => Math.floor(now / slotMs) * slotMs;

/**
 * Grants a caller another slot of waiting, unless the deployment's limit of waits for its API key is reached: the requests of
 * one key must not occupy all functions that the account may run. If AWS refuses the count, the wait is granted.
 */
export const granting =
  ({ waits, limits, clock }: { waits: Waits; limits: ApiLimits; clock: Clock }, caller: string) =>
  async (): Promise<boolean> => {
    if (limits.waitsPerKey === 0) return true;
    const count = await waits.add(caller, clock.now()).catch(() => 0);
    return count <= limits.waitsPerKey;
  };
