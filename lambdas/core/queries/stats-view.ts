import type * as z from "zod";
import { addCounts, type Counts, type Histogram, noCounts, percentile } from "../job/stats.ts";
import type { StatsSchema } from "./schemas/stats.ts";

export type StatsView = z.infer<ReturnType<typeof StatsSchema>>;

const percentilesOf = (histogram: Histogram): StatsView["lateness_ms"] => ({
  p50: percentile(histogram, 0.5),
  p95: percentile(histogram, 0.95),
  p99: percentile(histogram, 0.99),
});

/** Adds up the hours. A figure is null if there was nothing to measure. */
export function statsOf(hours: readonly Counts[]): Omit<StatsView, "product_tag" | "env" | "from" | "to"> {
  const total = hours.reduce(addCounts, noCounts());
  const { scheduled, completed, failed, cancelled, completed_first_try, attempts } = total;
  const runs = completed + failed;
  return {
    counts: { scheduled, completed, failed, cancelled },
    success_rate: runs === 0 ? null : completed / runs,
    completed_first_try,
    completed_after_retry: completed - completed_first_try,
    mean_attempts: runs === 0 ? null : attempts / runs,
    lateness_ms: percentilesOf(total.lateness),
    duration_ms: percentilesOf(total.duration),
  };
}
