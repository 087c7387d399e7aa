import { hash } from "node:crypto";
import { bucketOf, type Counts, hourOf, noCounts } from "../core/job/stats.ts";
import type { Counted, HourCounts } from "../core/ports/stats-store.ts";
import type { ChangeEffects } from "./emit.ts";
import type { JobTransition } from "./events.ts";

/** Whether an event of a product has counters for itself. */
export type HasTrends = (product: string, event: string) => boolean;

/** What transitions add to the counters of their tenants, and to those of their events. */
export const incrementsOf = (transitions: readonly Countable[], hasTrends?: HasTrends): (HourCounts & Counted)[] =>
  transitions.flatMap(({ mark, written_at, ...transition }) => {
    const { product_tag: product, env, event } = transition.detail;
    const counts = transitionCounts(transition);
    if (counts.scheduled + endedCount(counts) === 0) return [];
    const increment = { mark, written_at, product, env, hour: hourOf(transition.time), counts };
    return hasTrends?.(product, event) ? [increment, { ...increment, event }] : [increment];
  });

/** A transition with the mark by which it is counted once. */
export type Countable = JobTransition & Counted;

/** The transitions of a change. The stream's id of a change alone would do, were it not that this machine numbers changes anew. */
export const countablesOf = ({ id, written_at, transitions }: ChangeEffects): Countable[] =>
  transitions.map((transition) => {
    const { job_id, version } = transition.detail;
    const mark = hash("sha256", JSON.stringify([id, job_id, version, transition.name]), "base64url").slice(
      0,
      markLength,
    );
    return { ...transition, mark, written_at };
  });

/** One of 2^30: an item remembers some hundreds at most. */
const markLength = 5;

const endedCount = ({ completed, failed, cancelled, attempts }: Counts) => completed + failed + cancelled + attempts;

function transitionCounts({ name, detail, created, ended: attempt }: JobTransition): Counts {
  const counts = noCounts();
  // A rescheduled job, and a series that continues with its next run, were counted when they were created.
  if (created) counts.scheduled = 1;
  if (name === "cancelled") counts.cancelled = 1;
  // A paused series that is past its end when it is resumed completes without a run.
  if (attempt && (name === "completed" || name === "failed")) counts[name] = 1;
  if (attempt && name === "completed" && detail.attempt === 1) counts.completed_first_try = 1;
  // The duration of a cancelled attempt says nothing about how long its work takes.
  if (attempt && attempt.outcome !== "cancelled") {
    counts.attempts = 1;
    counts.lateness[bucketOf(attempt.started_at - attempt.due_at)] = 1;
    counts.duration[bucketOf(attempt.ended_at - attempt.started_at)] = 1;
  }
  return counts;
}
