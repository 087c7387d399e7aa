import type { Stats } from "ductape-sdk";
import { apiTime } from "../api-time.ts";
import type { WrittenTime } from "../arguments/read-time.ts";
import type { ApiOptions, Context } from "../context.ts";
import { clean } from "../terminal/clean.ts";
import { fields } from "../terminal/table.ts";
import { duration, localTime } from "../terminal/time.ts";

interface StatsOptions extends ApiOptions {
  product: string;
  env: string;
  event?: string;
  from?: WrittenTime;
  to?: WrittenTime;
}

const percentilesOf = ({ p50, p95, p99 }: Stats["lateness_ms"]): string | undefined =>
  p50 === null || p95 === null || p99 === null
    ? undefined
    : `half within ${duration(p50)}, 95 % within ${duration(p95)}, 99 % within ${duration(p99)}`;

/** `stats` */
export async function showStats(context: Context, options: StatsOptions): Promise<void> {
  const { product: product_tag, env, event } = options;
  const from = await apiTime(context.api, options.from);
  const to = await apiTime(context.api, options.to);
  const stats = await context.api.request<Stats>("GET", "/v1/stats", { query: { product_tag, env, event, from, to } });
  context.print(stats);
  const { counts, success_rate, completed_first_try, completed_after_retry, mean_attempts } = stats;
  const { zone } = context;
  context.say([
    clean(
      `${product_tag}/${env}${event === undefined ? "" : `/${event}`} from ${localTime(stats.from, zone)} to ${localTime(stats.to, zone)}`,
    ),
    ...fields([
      ["scheduled", String(counts.scheduled)],
      ["completed", `${counts.completed}, ${completed_first_try} at once and ${completed_after_retry} after a retry`],
      ["failed", String(counts.failed)],
      ["cancelled", String(counts.cancelled)],
      ["success", success_rate === null ? undefined : `${Math.round(success_rate * 1000) / 10} %`],
      ["attempts", mean_attempts === null ? undefined : `${Math.round(mean_attempts * 100) / 100} per run`],
      ["late", percentilesOf(stats.lateness_ms)],
      ["took", percentilesOf(stats.duration_ms)],
    ]),
  ]);
}
