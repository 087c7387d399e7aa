import type { Clock } from "../ports/clock.ts";
import type { Waits } from "../ports/waits.ts";
import type { ApiLimits } from "./api-limits.ts";

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
