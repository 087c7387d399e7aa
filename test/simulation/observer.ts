import { isFinished, type Job } from "../../lambdas/core/job.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";

/** Watches what happens to jobs and says which invariant of DESIGN 11 it breaks. */
export interface Observer {
  violations: string[];
  /** Readable, with virtual times. */
  trace: string[];
  /** Transitions and fault points that have happened, by name. */
  covered: Map<string, number>;
  note(text: string): void;
  cover(name: string): void;
  violated(invariant: number, text: string): void;
  /** Wraps the store: sees each write as it takes effect, in order. */
  watch(store: FakeJobStore): FakeJobStore;
  /** An execution starts: `now` is its own Lambda's clock, `real` the true time. */
  started(job: Job, now: number, real: number): void;
  ended(job: Job): void;
  /** An explicit retry or deletion is about to be written by this caller. */
  allow(id: string): void;
}

/** What an execution may need beyond its timeout to write its outcome; within the lease's margin, clocks apart. */
const outcomeMs = 5000;

const name = (job: Job) => `${job.id.slice(-6)} run ${job.run} attempt ${job.attempt}`;

export function observer(now: () => number, start: number): Observer {
  const violations: string[] = [];
  const trace: string[] = [];
  const covered = new Map<string, number>();
  const live = new Map<string, { job: Job; until: number }[]>();
  const attempts = new Map<string, Set<number>>();
  const retriesAllowed = new Map<string, number>();
  const note = (text: string) => trace.push(`${String(now() - start).padStart(10)} ms  ${text}`);
  const cover = (what: string) => covered.set(what, (covered.get(what) ?? 0) + 1);
  const violated = (invariant: number, text: string) => {
    violations.push(`invariant ${invariant}: ${text}`);
    note(`!! invariant ${invariant}: ${text}`);
  };

  function wrote(before: Job | undefined, after: Job) {
    cover(`${before?.status ?? "none"} -> ${after.status}`);
    note(
      `${name(after)}: ${before?.status ?? "none"} -> ${after.status}${after.reason ? ` (${after.reason})` : ""}, due ${after.due_at - start}, lease ${(after.lease_until ?? 0) - start} ${after.claim_id?.slice(0, 4) ?? ""}`,
    );
    if (!before) return;
    const revived = before.parent?.message.attempt !== after.parent?.message.attempt;
    if (isFinished(before) && !revived && !retriesAllowed.get(before.id)) {
      violated(5, `${name(before)} was ${before.status} and became ${after.status}`);
    }
    if (before.status === "failed" && after.status !== "failed")
      retriesAllowed.set(before.id, (retriesAllowed.get(before.id) ?? 1) - 1);
    if (after.run !== before.run && after.run !== before.run + 1)
      violated(7, `${name(before)} was followed by run ${after.run}`);
    const { repeat } = after;
    if (repeat?.limit !== undefined && after.run > repeat.limit)
      violated(7, `${name(after)} is beyond its limit ${repeat.limit}`);
    if (repeat?.end_date !== undefined && after.run > before.run && after.scheduled_at > repeat.end_date) {
      violated(7, `${name(after)} is planned after its end date`);
    }
    if (
      repeat?.every !== undefined &&
      after.run > before.run &&
      (after.scheduled_at - repeat.anchor) % repeat.every !== 0
    ) {
      violated(7, `${name(after)} has drifted from its interval`);
    }
  }

  return {
    violations,
    trace,
    covered,
    note,
    cover,
    violated,
    allow: (id) => retriesAllowed.set(id, (retriesAllowed.get(id) ?? 0) + 1),

    watch(store) {
      const state = store.peek;
      return {
        ...store,
        async create(job) {
          const before = state(job.id);
          const answer = store.create(job);
          if (!before) wrote(undefined, job);
          return answer;
        },
        async claim(message, claim) {
          const before = state(message.job_id);
          const answer = store.claim(message, claim);
          const after = state(message.job_id);
          if (before && after?.claim_id === claim.claimId) {
            wrote(before, after);
            if (isFinished(before) || before.status === "paused")
              violated(4, `${name(before)} was claimed while ${before.status}`);
            const named =
              before.run === message.run && before.attempt === message.attempt && before.due_at === message.due_at;
            if (!named)
              violated(
                3,
                `${name(before)} was claimed by a message of attempt ${message.attempt}, due ${message.due_at - start}`,
              );
          }
          return answer;
        },
        async replace(next) {
          const before = state(next.id);
          const answer = store.replace(next);
          if (before && state(next.id)?.version !== before.version) wrote(before, state(next.id) as Job);
          return answer;
        },
        async remove(job) {
          const before = state(job.id);
          const answer = store.remove(job);
          if (before && !state(job.id)) {
            cover(`${before.status} -> removed`);
            note(`${name(before)}: removed`);
          }
          return answer;
        },
      };
    },

    started(job, at, real) {
      note(`${name(job)} starts`);
      cover("execution");
      if (at < job.due_at) violated(2, `${name(job)} started ${job.due_at - at} ms early`);
      const others = (live.get(job.id) ?? []).filter(({ until }) => until > real);
      for (const other of others) {
        // An attempt that timed out may still be dying while the next one starts: that is no claim any more.
        if (other.job.run !== job.run) violated(7, `${name(job)} overlaps ${name(other.job)}`);
        else if (other.job.attempt === job.attempt)
          violated(3, `${name(job)} was started while another claim of ${name(other.job)} was live`);
      }
      live.set(job.id, [...others, { job, until: real + job.timeout_ms + outcomeMs }]);
      const key = `${job.id} ${job.run}`;
      const tried = (attempts.get(key) ?? new Set()).add(job.attempt);
      attempts.set(key, tried);
      const inRound = [...tried].filter((attempt) => attempt > (job.retried_after ?? 0)).length;
      if (inRound > 1 + job.retries) violated(6, `${name(job)} is attempt ${inRound} of ${1 + job.retries}`);
    },

    ended(job) {
      live.set(
        job.id,
        (live.get(job.id) ?? []).filter((other) => other.job.claim_id !== job.claim_id),
      );
    },
  };
}
