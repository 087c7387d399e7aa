import type { Attempt } from "./attempt.ts";
import type { Job, JobType } from "./job.ts";

/**
 * Everything that is measured: names that end in `_ms` are milliseconds, all others are counts. CloudWatch bills each
 * combination of a name and its dimensions by the month, so every new line here costs money (docs/operations/costs.md).
 */
export const measures = [
  /** Per type and product: from an attempt's due_at to its start, and from there to its end. */
  "lateness_ms",
  "duration_ms",
  /** How attempts ended, per type and product. `retried` is a failure that is followed by another attempt. */
  "completed",
  "failed",
  "retried",
  "cancelled",
  /** Attempts that were started and had no outcome. */
  "crashed",
  /** Messages that were dropped: stale ones, and those whose attempt another consumer was working on. */
  "dropped",
  "taken",
  /** Messages of jobs that a pause holds, per type and product. */
  "held",
  /**
   * Messages that a consumer could not read or process and that will be delivered again, and decisions of features that
   * will be retried because they failed or AWS refused a part of them.
   */
  "messages_failed",
  /** A round of the reconciler: jobs it looked at, jobs it dispatched again, and jobs it could not dispatch. */
  "looked",
  "redispatched",
  "redispatches_failed",
  /** Their names before 0.4, under which they are written too until 0.5. */
  "nudged",
  "nudges_failed",
  /** Jobs that EventBridge Scheduler refused and that the reconciler will send. */
  "unscheduled",
  /** Minutes of the next two hours that hold more jobs than EventBridge Scheduler starts in a minute. */
  "hot_minutes",
  /** How long the oldest pause has lasted that has no end, and the jobs that were sent after pauses: only while there are any. */
  "pause_age_ms",
  "drained",
  /** Answers of the API that took 3 s or more although the caller did not ask to wait for a job. */
  "slow_answers",
  /** Events that the bus did not take and that will be published again. */
  "unpublished",
  /** Per limit and product: attempts that had to stand in line; jobs that stand there, up to 75 a gate; how long the first has waited. */
  "refused",
  "waiting",
  "oldest_wait_ms",
  /** Attempts that a provider put off by a Retry-After, per type and product. */
  "snoozed",
  /**
   * Per product: waits of features that began, that a message ended, and after how long, and whose time-out was over; how late the end of a
   * wait's time was seen, or is if nobody has seen it yet; and looks at runs that cannot go on, since the catalog has lost an event that they
   * need, or their code does not go on.
   */
  "waits_begun",
  "waits_signalled",
  "wait_ms",
  "waits_timed_out",
  "wait_late_ms",
  "runs_parked",
  /** Per target of a fallback or quota and product: the calls, and those of them that failed. */
  "target_calls",
  "target_failures",
  /** Per function of the team's own and product: its attempts that ended, those of them that failed, and how long they took. */
  "function_calls",
  "function_errors",
  "function_ms",
  /** What AWS will never take, and is now among the dead letters with its reason. */
  "set_aside",
] as const;
export type Measure = (typeof measures)[number];

/** Values with their dimensions: each combination is a separate metric. */
export interface Measured {
  values: Partial<Record<Measure, number>>;
  /** The dimensions. There are no others. */
  of?: { type: JobType; product: string } | { limit: string; product: string } | { target: string; product: string };
  /** The same line measures a function of the team's own too. */
  also?: { values: Partial<Record<Measure, number>>; of: { function: string; product: string } };
}

/** What is measured at the end of an attempt, of `ownFunction` if it has called one. `status` is the job's status afterwards. */
export function attemptMeasured(
  { status, type, product, coalesced_until }: Job,
  attempt: Attempt,
  ownFunction?: string,
): Measured {
  const { outcome, due_at, started_at, ended_at, crashes } = attempt;
  const goesOn = outcome === "failed" && status !== "failed";
  return {
    of: { type, product },
    values: {
      // A run that was queued behind a longer one is late by its caller's wish.
      ...(coalesced_until === undefined && { lateness_ms: started_at - due_at }),
      duration_ms: ended_at - started_at,
      [goesOn ? "retried" : outcome]: 1,
      ...(crashes !== undefined && { crashed: crashes }),
    },
    ...(ownFunction !== undefined && {
      also: {
        of: { function: ownFunction, product },
        values: {
          function_calls: 1,
          function_errors: outcome === "failed" ? 1 : 0,
          function_ms: ended_at - started_at,
        },
      },
    }),
  };
}
