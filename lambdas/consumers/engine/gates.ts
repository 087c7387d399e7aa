import type { Job } from "../../core/job/job.ts";
import { lazy } from "../../core/kernel/lazy.ts";
import type { Calls } from "../../core/limits/pump.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Chained } from "../../core/operations/slots.ts";

/** Only jobs with limits pass gates, so what does that is loaded with the first of them. */
export const loadGates = lazy(() => import("../../core/operations/pass-gates.ts"));

/** What a message brings; `before` is what the same consumer has taken, too long ago. */
export const passGates = async (
  services: ConsumerServices,
  job: Job,
  { before, ...arriving }: { leaseMs: number; calls?: Calls | undefined; before?: Pass | undefined },
): Promise<Pass | undefined> =>
  (await loadGates()).passGates(services, job, { ...arriving, before: before?.slots ?? [] });

export const isStale = async (pass: Pass, now: number): Promise<boolean> => (await loadGates()).isStale(pass, now);

export const leaveStood = async (services: ConsumerServices, pass: Pass): Promise<void> =>
  (await loadGates()).leaveStood(services, pass);

/**
 * Frees the slots of an attempt that is over; one without limits has none. `own` for an attempt that goes on: what another consumer
 * of it has taken over since stays. Answers the jobs that got its slots and that the caller runs, as `mayRun` allows.
 */
export async function leaveGates(
  services: ConsumerServices,
  pass: Pass | undefined,
  whose?: "own",
  mayRun?: (job: Job) => boolean,
): Promise<Chained[]> {
  return pass ? (await loadGates()).leaveGates(services, pass, whose, mayRun) : [];
}

/** Hands on the slots that were given to a job which does not wait any more, for the attempt of a message. */
export const refuseGiven = async (
  services: ConsumerServices,
  job: Job,
  attempt: Pick<Job, "run" | "attempt">,
  calls: Calls,
): Promise<void> => (await loadGates()).refuseGiven(services, job, attempt, calls);
