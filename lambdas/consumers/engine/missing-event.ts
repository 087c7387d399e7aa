import type { Job } from "../../core/job/job.ts";
import { JobError, type MissingInCatalog } from "../../core/job/job-error.ts";
import { snoozed } from "../../core/job/transitions.ts";
import { defined } from "../../core/kernel/defined.ts";
import type { Log } from "../../core/ports/log.ts";

/** How long to wait until what the catalog has lost is looked for again, in milliseconds. */
export const missingPauseMs = 300_000;

/** Says that a run, or a job of it, waits for an event: an alarm counts these lines. */
export function noteMissing(
  log: Log,
  { type, product }: Pick<Job, "type" | "product">,
  event: string,
  why?: string,
): void {
  const measured = { values: { runs_parked: 1 }, of: { type, product } };
  log.measure("a step waits for an event that the catalog has lost", measured, { event, ...defined({ why }) });
}

/**
 * The job of a run waits for what another deployment can bring back, as a step does that has no job yet: its failure would end the run.
 * Undefined where it fails: a job of its own is retried by whoever wants that.
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
  return (of) => snoozed(of, now, { error: later });
}
