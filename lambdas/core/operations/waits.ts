import type { Clock } from "../ports/ports.ts";
import { type ApiLimits, grantMs } from "./api-limits.ts";

/** Who waits for jobs now. A Lambda has one request at a time, so no function by itself sees how many of a key's wait. */
export interface Waits {
  /** Counts one more wait of the caller in the `grantMs` that `now` is in; answers how many there are by then. */
  add(caller: string, now: number): Promise<number>;
}

/** The beginning of the `grantMs` that a time is in, epoch milliseconds. */
export const slotOf = (now: number): number => Math.floor(now / grantMs) * grantMs;

/**
 * Grants a caller another moment of waiting, unless as many requests of the same key wait as the deployment lets: those of one
 * key must not take all functions that the account may run. A counter that AWS refuses us refuses nobody.
 */
export const granting =
  ({ waits, limits, clock }: { waits: Waits; limits: ApiLimits; clock: Clock }, caller: string) =>
  async (): Promise<boolean> => {
    if (limits.waitsPerKey === 0) return true;
    const count = await waits.add(caller, clock.now()).catch(() => 0);
    return count <= limits.waitsPerKey;
  };
