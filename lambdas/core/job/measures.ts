import type { Attempt, Job, JobType } from "./job.ts";

/**
 * Everything that is measured: milliseconds where its name ends so, otherwise a count. A metric is billed by the month for
 * each combination of its name and its dimensions, so a new line here is a price (docs/operations/costs.md).
 */
export const measures = [
  /** Of an attempt of a type and product: from its due_at to its start, and from there to its end. */
  "lateness_ms",
  "duration_ms",
  /** How attempts ended, by type and product; `retried` is a failure that is tried again. */
  "completed",
  "failed",
  "retried",
  "cancelled",
  /** Starts of an attempt that were not heard of again. */
  "crashed",
  /** Messages of jobs that exist: those that meant nothing any more, and those whose attempt another consumer was at. */
  "dropped",
  "taken",
  /**
   * Messages that a consumer could not read or take to their end, and that will be delivered again; a feature's decisions
   * that failed, or of which AWS refused a part, and that will be made again.
   */
  "messages_failed",
  /** The reconciler's round: jobs looked at and handed over again, and those that it could not. */
  "looked",
  "nudged",
  "nudges_failed",
  /** Answers of the API that took 3 s and more, although the caller did not ask it to wait for a job's end. */
  "slow_answers",
  /** Events that the bus did not take, and will be given again. */
  "unpublished",
  /** What AWS will never take: it is among the dead letters, with its reason. */
  "set_aside",
] as const;
export type Measure = (typeof measures)[number];

/** Values, and what they are of: each combination is a metric of its own. */
export interface Measured {
  values: Partial<Record<Measure, number>>;
  /** The dimensions; there are no others. */
  of?: { type: JobType; product: string };
}

/** What the end of an attempt is measured by; `status` is the job's after it. */
export function attemptMeasured({ status, type, product, coalesced_until }: Job, attempt: Attempt): Measured {
  const { outcome, due_at, started_at, ended_at, crashes } = attempt;
  const goesOn = outcome === "failed" && status !== "failed";
  return {
    of: { type, product },
    values: {
      // A run that stands for occurrences which the one before has outlasted is late by its caller's wish.
      ...(coalesced_until === undefined && { lateness_ms: started_at - due_at }),
      duration_ms: ended_at - started_at,
      [goesOn ? "retried" : outcome]: 1,
      ...(crashes !== undefined && { crashed: crashes }),
    },
  };
}
