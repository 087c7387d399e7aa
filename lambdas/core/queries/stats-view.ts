import type * as z from "zod";
import { addCounts, type Counts, type Histogram, noCounts, percentile } from "../job/stats.ts";
import type { HourCounts } from "../ports/stats-store.ts";
import type { StatsSchema } from "./schemas/stats.ts";

type StatsView = z.infer<typeof StatsSchema>;

const percentilesOf = (histogram: Histogram): StatsView["lateness_ms"] => ({
  p50: percentile(histogram, 0.5),
  p95: percentile(histogram, 0.95),
  p99: percentile(histogram, 0.99),
});

const timeViews = ({ lateness, duration }: Counts): Pick<StatsView, "lateness_ms" | "duration_ms"> => ({
  lateness_ms: percentilesOf(lateness),
  duration_ms: percentilesOf(duration),
});

const countedOutcomes = ({ scheduled, completed, failed, cancelled }: Counts): StatsView["counts"] => ({
  scheduled,
  completed,
  failed,
  cancelled,
});

/** Cuts a window into parts of `partMs`, oldest first, those without a count too. The last one ends with the window. */
export function statsPartsOf(
  hours: readonly Pick<HourCounts, "hour" | "counts">[],
  { from, to, partMs }: { from: number; to: number; partMs: number },
): NonNullable<StatsView["parts"]> {
  const totals = Array.from({ length: Math.ceil((to - from) / partMs) }, noCounts);
  for (const { hour, counts } of hours) {
    const index = Math.floor((hour - from) / partMs);
    const total = totals[index];
    if (total) totals[index] = addCounts(total, counts);
  }
  return totals.map((total, i) => ({
    from: from + i * partMs,
    to: Math.min(to, from + (i + 1) * partMs),
    counts: countedOutcomes(total),
    ...timeViews(total),
  }));
}

/** Adds up the hours. A figure is null if there was nothing to measure. */
export function statsOf(
  hours: readonly Counts[],
): Omit<StatsView, "product_tag" | "env" | "event" | "from" | "to" | "parts"> {
  const total = hours.reduce(addCounts, noCounts());
  const { completed, failed, completed_first_try, attempts } = total;
  const runs = completed + failed;
  return {
    counts: countedOutcomes(total),
    success_rate: runs === 0 ? null : completed / runs,
    completed_first_try,
    completed_after_retry: completed - completed_first_try,
    mean_attempts: runs === 0 ? null : attempts / runs,
    ...timeViews(total),
  };
}
