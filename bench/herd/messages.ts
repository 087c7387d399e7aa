import { newJobId } from "../../lambdas/core/job/job-id.ts";
import { arrival, quarterHourMs, route } from "../../lambdas/core/job/route.ts";
import { hotMinutes } from "../../lambdas/core/operations/hot-minutes.ts";
import type { DueCounts } from "../../lambdas/core/ports/due-counts.ts";
import type { Random } from "../lateness/model.ts";
import { only } from "../support/only.ts";
import { quotas } from "./quotas.ts";

/** How long a consumer takes to send an early message again. */
const resendMs = 50;
/** How many processes schedule the jobs of a herd. */
const processes = 100;

/** When each schedule of the Scheduler starts, which begins so many per second: in the order of the times, epoch milliseconds. */
export function started(times: Float64Array): Float64Array {
  const sorted = times.slice().sort();
  const perStart = 1000 / quotas.schedulerStarts;
  let last = Number.NEGATIVE_INFINITY;
  return sorted.map((time) => {
    last = Math.max(time, last + perStart);
    return last;
  });
}

/** Messages of a herd that is due at `dueAt` and asked for `aheadMs` ahead, all alike. */
export const plainMessages = (jobs: number, dueAt: number, aheadMs: number, random: Random): Float64Array =>
  started(Float64Array.from({ length: jobs }, () => dueAt - aheadMs + random() * quotas.schedulerLateMs));

/** A counter that all processes share. */
const sharedCounts = (): DueCounts => {
  let total = 0;
  return only<DueCounts>("dueCounts", {
    async add(_minute, jobs) {
      total += jobs;
      return total;
    },
  });
};

/**
 * When the messages of a herd are visible for the last time before its jobs may start, in order: through the real routing, the
 * counters, the Scheduler's quota, and consumers that send early messages again.
 */
export async function messagesOf(jobs: number, dueAt: number, holdSeconds: number, random: Random) {
  const now = dueAt - 24 * 4 * quarterHourMs;
  const counts = sharedCounts();
  const hot = Array.from({ length: processes }, () => hotMinutes(counts));
  const asked: { id: string; at: number }[] = [];
  let furthest = 0;
  for (let i = 0; i < jobs; i++) {
    const id = newJobId();
    const further = (await hot[i % processes]?.furtherQuarters({ product: "shop", env: "prd", due_at: dueAt })) ?? 0;
    furthest = Math.max(furthest, further);
    const way = route(now, { id, due_at: dueAt }, further);
    if (way.via !== "scheduler") throw new Error("a job of the herd needs no schedule");
    asked.push({ id, at: way.at * 1000 + random() * quotas.schedulerLateMs });
  }
  asked.sort((a, b) => a.at - b.at);
  const starts = started(Float64Array.from(asked, ({ at }) => at));
  const visible = starts.map((start, i) => lastVisible(start, dueAt, asked[i]?.id ?? "", holdSeconds));
  return { visible: visible.sort(), furthest, late: starts.filter((start) => start > dueAt).length };
}

/** Follows a message from delivery to delivery until its consumer keeps it. */
function lastVisible(first: number, dueAt: number, id: string, holdSeconds: number): number {
  for (let at = first; ; ) {
    const next = arrival(at, dueAt, { holdSeconds }, id);
    if (next.do !== "resend") return at;
    at += resendMs + next.delaySeconds * 1000;
  }
}
