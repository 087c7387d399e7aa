import type { Job } from "../../core/job/job.ts";
import { JobError, type MissingInCatalog } from "../../core/job/job-error.ts";
import { snoozed } from "../../core/job/transitions.ts";
import { defined } from "../../core/kernel/defined.ts";
import type { Log } from "../../core/ports/log.ts";

/** How long to wait until what the catalog has lost is looked for again, in milliseconds. */
export const missingPauseMs = 300_000;

type Parked = Pick<Job, "type" | "product">;

/** Writes a line that the alarm for runs that cannot go on counts. */
export const measureParked = (log: Log, message: string, { type, product }: Parked, fields: Record<string, unknown>) =>
  log.measure(message, { values: { runs_parked: 1 }, of: { type, product } }, fields);

/** Says that a run, or a job of it, waits for an event. */
export const noteMissing = (log: Log, job: Parked, event: string, why?: string): void =>
  measureParked(log, "a step waits for an event that the catalog has lost", job, { event, ...defined({ why }) });

/**
 * The job of a run waits for what another deployment can bring back, as a step does that has no job yet: its failure would end the run.
 * Undefined where it fails: a job without a run can be retried by its caller.
 */
export function waitForEvent(
  log: Log,
  job: Job,
  error: MissingInCatalog,
  now: number,
): ((job: Job) => Job) | undefined {
  if (!job.parent) return undefined;
  noteMissing(log, job, job.event, error.message);
  const later = new JobError(error.code, error.message, { retryAfterMs: missingPauseMs });
  return (of) => snoozed(of, now, { error: later, isUnasked: true });
}
