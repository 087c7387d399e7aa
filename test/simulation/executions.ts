import type { Job } from "../../lambdas/core/job/job.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { Hardship } from "./hardship.ts";
import { doingFor, type Invocation } from "./invocation.ts";
import { gateKey, type Ledger, nameOf } from "./ledger.ts";
import { slotsSuffice } from "./limit-rules.ts";
import { secondDay } from "./policies.ts";
import { hasItsSlots } from "./watched-gates.ts";

/** Watches executions, and checks invariants 2, 3, 6 and 7 as the outside world would see them broken. */
export interface Executions {
  /** `at` is by the Lambda's own clock, `real` is the true time. */
  started(job: Job, by: Invocation, time: { at: number; real: number }): void;
  /** The attempt leaves progress for the next one. */
  leaves(job: Job): void;
  /** The attempt finds the progress of the one before it. */
  sees(job: Job, progress: unknown): void;
  /** The attempt has ended, or its time is up. `real` is the true time. */
  ended(job: Job, real: number): void;
}

/**
 * The time beyond its timeout that an execution may need to write its outcome; within the lease's margin, clock differences
 * aside.
 */
const outcomeMs = 5000;

/** For how long after its claim an attempt may begin at most: the engine gives it back beyond that (`guards/late.ts`). */
const guardedMs = 10_000;

/** The third crash fails the job, so that nothing is started a fourth time. The number is repeated here to check the code's. */
const mostStarts = 3;

const onReservationMs = 5000;

export function executions(ledger: Ledger, { skew }: Hardship, all: () => Job[], gates: FakeGates): Executions {
  const { observer, lifeOf, startsOf } = ledger;

  /** Invariant 3 for every other consumer: the claim is live by its clock too. */
  function checkLease(job: Job, real: number, what: string) {
    const left = (job.lease_until ?? 0) - real - skew;
    if (left < 0) observer.violated(3, `${nameOf(job)} ${what} when another clock's lease of it was ${-left} ms over`);
  }

  /** The first start of a run: not too late, and not on an excepted day. It may wait for a while once it is admitted. */
  function mayStart({ repeat, moved, scheduled_at, coalesced_until = 0, claims, ...job }: Job) {
    if (!repeat || claims > 1 || job.attempt > 1 || job.parked_since !== undefined) return;
    // A start that its rate has reserved counts from that time; its claim may come a few seconds later.
    const { started_at: claimed_at = 0, reserved } = job;
    const isReserved = reserved?.until === job.due_at && claimed_at - job.due_at <= onReservationMs;
    const started_at = isReserved ? job.due_at : claimed_at;
    const late = started_at - Math.max(scheduled_at, coalesced_until);
    const most = repeat.max_lateness_ms ?? (repeat.missed === "skip" ? 60_000 : Number.POSITIVE_INFINITY);
    if (late > most) observer.violated("series", `${nameOf(job)} started ${late} ms late, over ${most}`);
    if (repeat.except && !moved && scheduled_at < secondDay)
      observer.violated("series", `${nameOf(job)} started on a day that it excepts`);
  }

  return {
    started(job, consumer, { at, real }) {
      const by = doingFor(consumer, job.id);
      observer.note(() => `${nameOf(job)} starts`);
      by.hasStarted = true;
      observer.cover(`execution of ${job.type}`);
      if (at < job.due_at) observer.violated(2, `${nameOf(job)} started ${job.due_at - at} ms early`);
      checkLease(job, real, "started");
      if (job.expires_at !== undefined && job.parked_since === undefined && job.expires_at <= (job.started_at ?? at))
        observer.violated("consumer", `${nameOf(job)} started after it had expired`);
      if (job.claims > 1 && !job.begun_claims?.includes(job.claim_id ?? ""))
        observer.violated("consumer", `${nameOf(job)} may have crashed, and was started again without a note of it`);
      for (const gate of job.gates ?? []) {
        const times = startsOf.get(gateKey(gate)) ?? [];
        startsOf.set(gateKey(gate), [...times, (job.started_at ?? at) - by.skew]);
      }
      const life = lifeOf(job.id);
      if (job.claim_id !== undefined && life.orphaned === job.claim_id)
        observer.violated(4, `${nameOf(job)} was started although its feature was over`);
      const others = life.live.filter(({ until }) => until > real);
      for (const other of others) {
        // An attempt that timed out may still be dying while the next one starts: that is not a live claim.
        // Nor is that of a run which the next one has ended while it was about to start.
        const isEnded = job.repeat?.overlap === "cancel_previous" && other.job.run !== job.run;
        if (isEnded) observer.cover("a run starts while the one that it has cancelled is still executed");
        else if (other.job.run !== job.run) observer.violated(7, `${nameOf(job)} overlaps ${nameOf(other.job)}`);
        // A decision that is cancelled under way loses its claim to the one that ends the run. It may have been about to begin.
        else if ((job.ending === undefined) !== (other.job.ending === undefined))
          observer.cover("a run ends while a decision of it is still made");
        else if (other.job.attempt === job.attempt)
          observer.violated(3, `${nameOf(job)} was started while another claim of it was live`);
      }
      // Its time counts from its claim: what is read before it starts is a part of it.
      const since = Math.min(real, (job.started_at ?? at) - by.skew + guardedMs);
      life.live = [...others, { job, by, until: since + job.timeout_ms + outcomeMs }];
      slotsSuffice(ledger, job, { now: real, all });
      hasItsSlots(gates, observer, job);
      if (!life.started.has(job.run)) mayStart(job);
      const tried = life.started.get(job.run) ?? new Map<number, number>();
      life.started.set(job.run, tried);
      const starts = (tried.get(job.attempt) ?? 0) + 1;
      tried.set(job.attempt, starts);
      // A provider that asks to come back later is asked as often as it likes.
      if (job.type !== "feature" && starts > mostStarts * (1 + (job.snoozes?.count ?? 0)))
        observer.violated(6, `${nameOf(job)} was started ${starts} times`);
      const inRound = [...tried.keys()].filter((attempt) => attempt > (job.retried_after ?? 0)).length;
      if (inRound > 1 + job.retries) observer.violated(6, `${nameOf(job)} is attempt ${inRound} of ${1 + job.retries}`);
    },

    leaves({ id, run, attempt, claim_id }) {
      lifeOf(id).progress = { run, attempt, claim: claim_id };
    },

    sees(job, progress) {
      const { progress: left, winners, overruled } = lifeOf(job.id);
      // An attempt that starts although the next run has ended its run sees what was left before that.
      const winner = overruled?.run === job.run ? overruled.winner : winners.get(job.run);
      // It then failed for good, and somebody has retried the job.
      const isUnkept = job.attempts.at(-1)?.error?.message.includes("could not be stored") ?? false;
      if (isUnkept) observer.cover("progress could not be stored");
      const isNext = left?.run === job.run && left.attempt === job.attempt - 1 && !isUnkept;
      if (isNext && winner === left.claim && (progress as Marked | undefined)?.claim !== left.claim)
        observer.violated("consumer", `${nameOf(job)} does not see what the attempt before it has left`);
      if (progress === undefined) return;
      observer.cover("progress of the attempt before");
      // The progress of the last attempt that kept any; an attempt that lost its claim must not have left its own.
      const { claim, n } = progress as Marked;
      if (n === job.attempt - 1 && claim !== winner)
        observer.violated(3, `${nameOf(job)} continues with progress that a consumer without a claim has left`);
    },

    ended(job, real) {
      const life = lifeOf(job.id);
      const own = life.live.find((other) => other.job.claim_id === job.claim_id);
      if (own && !own.by.dead && !own.by.frozen) checkLease(job, real, "went on");
      life.live = life.live.filter((other) => other !== own);
    },
  };
}

/** What an executor stores names its claim: the stored value must be the winner's. */
export interface Marked {
  n: number;
  claim: string | undefined;
  secret: string;
  pad?: string;
}
