import type { Job } from "../../core/job/job.ts";
import { extended } from "../../core/job/transitions.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { leaseMarginMs } from "./lease.ts";

/** Repeats a call until AWS takes it, for as long as that makes sense; then throws what the last try did. */
export type Repeating = <T>(call: () => Promise<T>) => Promise<T>;

/** With less than this left of a lease, in milliseconds, it is extended: a try takes the SDK twelve seconds at worst. */
const leastLeftMs = 12_000;
/** How often to try to extend a lease, in milliseconds. */
const extendEveryMs = 4000;
/** How long to try at least, in milliseconds: a process may have stood still until its lease was over, and still have its claim. */
const leastTryMs = 10_000;
/** How far a lease is extended in all, in milliseconds. The function's own timeout may come before. */
const longestExtensionMs = 60_000;

/**
 * Repeats while a claim lasts, and makes it last longer meanwhile: once it ends, another consumer does again what this one has done
 * and could not record.
 */
export function whileClaimed({ jobs, clock }: Pick<ConsumerServices, "jobs" | "clock">, claimed: Job): Repeating {
  let until = claimed.lease_until ?? clock.now();
  const latest = until + longestExtensionMs;
  let triedAt = Number.NEGATIVE_INFINITY;

  async function extend(): Promise<void> {
    const now = clock.now();
    if (until - now > leastLeftMs || now - triedAt < extendEveryMs) return;
    triedAt = now;
    const job = await jobs.get(claimed.id);
    const longer = Math.min(latest, now + leaseMarginMs);
    if (!job || job.claim_id !== claimed.claim_id || longer <= until) return;
    if ((await jobs.replace(extended(job, longer))) === "replaced") until = longer;
  }

  const tryToExtend = () => extend().catch(() => {});
  return (call) => {
    const least = clock.now() + leastTryMs;
    return repeatUntil(clock, () => Math.max(until, least), call, tryToExtend);
  };
}

/** Repeats for some seconds, for what may as well fail. */
export const forSeconds =
  (clock: Clock, seconds: number): Repeating =>
  (call) => {
    const until = clock.now() + seconds * 1000;
    return repeatUntil(clock, () => until, call);
  };

/** Tries once. */
export const once: Repeating = (call) => call();

/** Milliseconds until the next try: 0.1 s, then twice as long each time, up to a second. */
const pauseBefore = (tries: number): number => Math.min(1000, 100 * 2 ** tries);

/**
 * Repeats a call that AWS refuses for now until it succeeds, or until the time `until` (epoch milliseconds) has come: then it throws
 * what the last try did. The SDK has tried each time by itself. `between` runs before each repetition.
 */
async function repeatUntil<T>(
  clock: Clock,
  until: () => number,
  call: () => Promise<T>,
  between: () => Promise<void> = async () => {},
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const pause = pauseBefore(tries);
      if (!(error instanceof TransientError) || clock.now() + pause >= until()) throw error;
      await clock.sleep(pause);
      await between();
    }
  }
}
