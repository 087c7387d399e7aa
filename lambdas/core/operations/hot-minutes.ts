import { defaultStartsPerSecond, furtherQuartersFor, minuteOf, quarterOf } from "../job/due-time.ts";
import type { Job } from "../job/job.ts";
import { remember } from "../kernel/recent.ts";
import type { DueCounts } from "../ports/due-counts.ts";

/** Knows roughly how many jobs are due when. */
export interface HotMinutes {
  /** How many schedules EventBridge Scheduler starts per second in this account and Region. */
  startsPerSecond: number;
  /** Counts a job that goes to the Scheduler, and returns by how many quarter hours its lead grows. Never throws. */
  furtherQuarters(job: Pick<Job, "product" | "env" | "due_at">): Promise<number>;
}

/** Jobs of a tenant and minute that a process counts by itself before it writes the counter. */
export const jobsPerCount = 250;

/** How many minutes, and quarter hours, a process remembers. */
const remembered = 1000;

/**
 * Counts in memory, and in the table only with every 250th job that this process dispatches for the same minute of a tenant.
 * So a job costs no call unless hundreds of others are due with it, and a herd, which is made by processes that dispatch
 * thousands of its jobs each, is counted with an error of at most 249 jobs per process.
 */
export function hotMinutes(
  counts: DueCounts,
  startsPerSecond = defaultStartsPerSecond,
  perCount = jobsPerCount,
): HotMinutes {
  const uncounted = new Map<string, number>();
  const known = new Map<number, number>();
  return {
    startsPerSecond,
    async furtherQuarters({ product, env, due_at }) {
      const [minute, quarter] = [minuteOf(due_at), quarterOf(due_at)];
      const key = JSON.stringify([product, env, minute]);
      const jobs = (uncounted.get(key) ?? 0) + 1;
      remember(uncounted, key, jobs % perCount, remembered);
      if (jobs === perCount) {
        // A counter that AWS refuses only makes the lead grow a little later.
        const total = await counts.add({ product, env, minute }, perCount).catch(() => 0);
        remember(known, quarter, Math.max(total, known.get(quarter) ?? 0), remembered);
      }
      return furtherQuartersFor(known.get(quarter) ?? 0, startsPerSecond);
    },
  };
}
