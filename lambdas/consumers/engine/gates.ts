import type { Job } from "../../core/job/job.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import { lazy } from "../../core/schema/lazy.ts";

/** Only jobs with limits pass gates, so what does that is loaded with the first of them. */
export const loadGates = lazy(() => import("../../core/operations/pass-gates.ts"));

/** `before` is what the same consumer has taken, too long ago. */
export const passGates = async (
  services: ConsumerServices,
  job: Job,
  leaseMs: number,
  before?: Pass,
): Promise<Pass | undefined> => (await loadGates()).passGates(services, job, leaseMs, { before: before?.slots ?? [] });

export const isStale = async (pass: Pass, now: number): Promise<boolean> => (await loadGates()).isStale(pass, now);

export const leaveLists = async (services: ConsumerServices, pass: Pass): Promise<void> =>
  (await loadGates()).leaveLists(services, pass);

/**
 * Frees the slots of an attempt that is over; one without limits has none. `own` for an attempt that goes on: what another consumer
 * of it has taken over since stays.
 */
export async function leaveGates(services: ConsumerServices, pass: Pass | undefined, whose?: "own"): Promise<void> {
  if (pass) await (await loadGates()).leaveGates(services, pass, whose);
}
