import type { Clock } from "../ports/ports.ts";
import { type ApiLimits, grantMs } from "./api-limits.ts";

/** Counts the requests that wait for jobs. A Lambda has one request at a time, so no process sees how many of a key's wait. */
export interface Waits {
  /** Counts one more wait of the caller in the slot that `now` is in, and answers how many there are. */
  add(caller: string, now: number): Promise<number>;
}

/** The beginning of the slot of `grantMs` that a time is in, epoch milliseconds. */
export const slotOf = (now: number): number => Math.floor(now / grantMs) * grantMs;

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
