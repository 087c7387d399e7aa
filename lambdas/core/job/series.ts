import type { Job, RunRecord } from "./job.ts";
import { nextOccurrence } from "./recurrence.ts";
import { waiting } from "./transitions.ts";

export interface Continuation {
  /** The archive's record of the run that has ended. */
  run: RunRecord;
  /** The job with its next run. */
  next: Job;
}

/** What the archive keeps of a run that has ended. */
export const runRecordOf = (job: Job): RunRecord => ({
  job_id: job.id,
  run: job.run,
  version: job.version,
  created_at: job.created_at,
  status: job.status as RunRecord["status"],
  scheduled_at: job.scheduled_at,
  due_at: job.due_at,
  ...(job.started_at !== undefined && { started_at: job.started_at }),
  finished_at: job.finished_at ?? job.due_at,
  attempts: job.attempts,
  ...(job.result !== undefined && { result: job.result }),
  ...(job.error !== undefined && { error: job.error }),
  ...(job.reason !== undefined && { reason: job.reason }),
});

/** When the next run is planned, and up to which time it stands for occurrences that were missed. */
export function plannedAfter(job: Job, now: number): { at: number; coalesced_until?: number } | undefined {
  const { repeat } = job;
  if (!repeat || (repeat.limit !== undefined && job.run >= repeat.limit)) return undefined;
  const at = nextOccurrence(repeat, job.coalesced_until ?? job.scheduled_at);
  if (at === undefined || at > now) return at === undefined ? undefined : { at };
  if (repeat.overlap === "queue") return { at, coalesced_until: now };
  const later = nextOccurrence(repeat, now);
  return later === undefined ? undefined : { at: later };
}

/**
 * The next run of a recurring job whose run has completed or failed. Undefined if the series has reached its limit or its
 * end date: the job then ends with its last run.
 */
export function continued(ended: Job, now: number): Continuation | undefined {
  const planned = plannedAfter(ended, now);
  if (!planned) return undefined;
  const last_run = ended.attempts.at(-1);
  const next = { ...withRun(ended, ended.run + 1, planned, now), ...(last_run && { last_run }) };
  return { run: runRecordOf(ended), next };
}

/**
 * A series whose next run is skipped: the occurrence after it takes the number of the run, so that numbers stay without gaps and
 * the limit counts only runs. Undefined if the series has no later occurrence.
 */
export function skipped(job: Job, now: number): Job | undefined {
  const { repeat, coalesced_until = 0, scheduled_at } = job;
  const at = repeat && nextOccurrence(repeat, Math.max(scheduled_at, coalesced_until, now));
  return at === undefined ? undefined : { ...withRun(job, job.run, { at }, now), version: job.version + 1 };
}

/** A recurring job between two runs, waiting for run number `run`. */
export function withRun(
  job: Job,
  run: number,
  { at, coalesced_until }: { at: number; coalesced_until?: number },
  now: number,
): Job {
  const { started_at, finished_at, result, error, reason, progress, retried_after, pause_requested, ...rest } = job;
  const { coalesced_until: _before, reserved: _reserved, snoozes: _snoozes, ...kept } = rest;
  return {
    ...kept,
    status: pause_requested ? "paused" : waiting(at, now),
    run,
    attempt: 1,
    due_at: at,
    scheduled_at: at,
    ...(coalesced_until !== undefined && { coalesced_until }),
    claims: 0,
    attempts: [],
  };
}
