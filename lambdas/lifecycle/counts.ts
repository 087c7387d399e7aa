import { addCounts, bucketOf, type Counts, hourOf, noCounts } from "../core/job/stats.ts";
import type { HourCounts } from "../core/ports/ports.ts";
import type { Transition } from "./events.ts";

/** What transitions add to the counters: one increment per tenant and hour, however many transitions there are. */
export function incrementsOf(transitions: readonly Transition[]): HourCounts[] {
  const hours = new Map<string, HourCounts>();
  for (const transition of transitions) {
    const { product_tag: product, env } = transition.detail;
    const hour = hourOf(transition.time);
    const key = JSON.stringify([product, env, hour]);
    const before = hours.get(key)?.counts ?? noCounts();
    hours.set(key, { product, env, hour, counts: addCounts(before, countsOf(transition)) });
  }
  return [...hours.values()].filter(({ counts }) => counts.scheduled + ended(counts) > 0);
}

const ended = ({ completed, failed, cancelled, attempts }: Counts) => completed + failed + cancelled + attempts;

function countsOf({ name, detail, created, ended: attempt }: Transition): Counts {
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
