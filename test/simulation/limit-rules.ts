import type { Job } from "../../lambdas/core/job/job.ts";
import { askedSnoozes } from "../../lambdas/core/job/job-wait.ts";
import { gateKey, isNoted, isPostponed, isPutOff, isSame, isWaiting, type Ledger, nameOf } from "./ledger.ts";
import { limits } from "./product.ts";
import { clocksApartMs, type Write } from "./write.ts";

/**
 * Live claims of a gate, and attempts that are at work although their claim is gone, never exceed its limit. Only a run that the
 * next one has ended, with `cancel_previous`, does not count: it has passed its slot on, which that policy means.
 */
export function slotsHold(ledger: Ledger, { before, after, now, all }: Write) {
  const isClaim = after.claim_id !== undefined && after.claim_id !== before?.claim_id;
  if (isClaim) slotsSuffice(ledger, after, { now, all });
}

/**
 * A claim may be made that is only given back, since its gates were not asked, or that skips a run or ends it for the next one, which
 * takes no slot. So attempts count from their start, at which this is checked again, and at which they must have their slots
 * (watched-gates.ts).
 */
export function slotsSuffice({ observer, lifeOf }: Ledger, of: Job, { now, all }: Pick<Write, "now" | "all">) {
  for (const gate of of.gates ?? []) {
    const most = limits[gate.limit]?.concurrency ?? Number.POSITIVE_INFINITY;
    const others = all().filter((job) => job.gates?.some((other) => gateKey(other) === gateKey(gate)));
    const isLive = ({ lease_until = 0 }: Job) => lease_until > now;
    const hasPassedOn = (live: Job, now: Job) => live.repeat?.overlap === "cancel_previous" && live.run < now.run;
    const held = new Set(
      others.flatMap((job) => [
        ...lifeOf(job.id)
          .live.filter((live) => isLive(live.job) && !hasPassedOn(live.job, job))
          .map((live) => `${job.id} ${live.job.run} ${live.job.attempt}`),
      ]),
    );
    observer.cover(`slots of ${gate.limit}: ${held.size} in use`);
    if (held.size > most) observer.violated("limits", `${held.size} jobs hold ${most} slots of ${gate.limit}`);
  }
}

/** Waiting for a slot or a start, and being put off by a provider, spend no attempt, and nothing else of the job changes. */
export function waitingSpendsNothing({ observer }: Ledger, { before, after, now }: Write) {
  if (!before) return;
  const moved = isPostponed(before, after);
  const noted = isNoted(before, after);
  if (!moved && !noted && !isPutOff(before, after)) return;
  observer.cover(moved ? "moved to a reserved start" : noted ? "notes a wait for a slot" : "put off by a provider");
  if (noted) notedOnce(observer, before, after);
  const kept = ["run", "attempt", "scheduled_at", "retries", "repeat", "retried_after"] as const;
  for (const field of kept)
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      observer.violated("limits", `${nameOf(before)} waits, and has another ${field}`);
  if (before.attempts.length !== after.attempts.length)
    observer.violated("limits", `${nameOf(before)} waits, and has ${after.attempts.length} attempts`);
  if (moved && !isWaiting(before) && (before.lease_until ?? 0) > now + clocksApartMs)
    observer.violated("limits", `${nameOf(before)} was moved while it ran`);
  if ((askedSnoozes(after)?.count ?? 0) > 20)
    observer.violated("limits", `${nameOf(before)} was put off over 20 times`);
}

/** An attempt says once for each gate that it waits, and nothing else of the job changes. */
function notedOnce(observer: Ledger["observer"], before: Job, after: Job) {
  const said = ({ noted_wait }: Job) => noted_wait && { ...noted_wait, since: 0 };
  if (isSame(said(before), said(after))) observer.violated("limits", `${nameOf(before)} says twice that it waits`);
  const rest = ({ noted_wait: _, version: __, write_id: ___, ...job }: Job) => job;
  if (!isSame(rest(before), rest(after)))
    observer.violated("limits", `${nameOf(before)} changes while it says that it waits`);
}

/** An attempt may begin so long after the start that its job took: the gates are asked again after 8 s, and a claim is of use for 10 s. */
const slowMs = 18_000;

/** Starts in any window are at most rate times window plus burst. */
export function startsKeepRates({ observer, startsOf }: Ledger, skew: number) {
  for (const [gate, times] of startsOf) {
    const { rate } = limits[gate.split(" ")[0] ?? ""] ?? {};
    if (!rate) continue;
    const [each, burst] = [(rate.period as number) / rate.limit, rate.burst ?? 1];
    const sorted = [...times].sort((a, b) => a - b);
    for (const [i, from] of sorted.entries()) {
      for (const [n, to] of sorted.slice(i).entries()) {
        const most = burst + (to - from + slowMs + 2 * skew) / each;
        if (n + 1 > most)
          return observer.violated("limits", `${n + 1} starts of ${gate} in ${to - from} ms, at most ${most}`);
      }
    }
  }
}
