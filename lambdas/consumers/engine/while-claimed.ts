import type { Job } from "../../core/job/job.ts";
import { extended } from "../../core/job/transitions.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { insist } from "./insist.ts";
import { leaseMarginMs } from "./lease.ts";

/** Repeats a call until AWS takes it, for as long as that makes sense; then throws what the last try did. */
export type Insisting = <T>(call: () => Promise<T>) => Promise<T>;

/** With less than this left of a lease, in milliseconds, it is extended: a try takes the SDK twelve seconds at worst. */
const leastLeftMs = 12_000;
/** How often to try to extend a lease, in milliseconds. */
const extendEveryMs = 4000;
/** How long to try at least, in milliseconds: a process may have stood still until its lease was over, and still have its claim. */
const leastTryMs = 10_000;
/** How far a lease is extended in all, in milliseconds. The function's own timeout may come before. */
const longestExtensionMs = 60_000;

/**
 * Insists while a claim lasts, and makes it last longer meanwhile: once it ends, somebody else does again what this consumer has done
 * and could not record.
 */
export function whileClaimed({ jobs, clock }: Pick<ConsumerServices, "jobs" | "clock">, claimed: Job): Insisting {
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
    return insist(clock, () => Math.max(until, least), call, tryToExtend);
  };
}

/** Insists for some seconds, for what may as well fail. */
export const forSeconds =
  (clock: Clock, seconds: number): Insisting =>
  (call) => {
    const until = clock.now() + seconds * 1000;
    return insist(clock, () => until, call);
  };

/** Tries once. */
export const once: Insisting = (call) => call();
