import type { Job } from "../../../lambdas/core/job/job.ts";
import type { FakeGates } from "../fakes/gates.ts";
import type { Invocation } from "./invocation.ts";
import type { Timeline } from "./timeline.ts";

/** A start of a job, in true time (epoch milliseconds). */
export interface Start {
  at: number;
  job: string;
  event: string;
  /** `due_at` minus the priority. */
  order: number;
}

const nameOf = ({ limit, key }: { limit: string; key: string }) => `${limit}#${key}`;

/** Which attempts are at work, in truth: apart from what the code thinks. */
export function watchedRuns(time: Timeline, gates: FakeGates) {
  const starts: Start[] = [];
  const running = new Map<string, Set<string>>();
  const most = new Map<string, number>();
  /** When slots became free while somebody waited for them, and how long it took until the next start. */
  const free = new Map<string, number[]>();
  const gaps: number[] = [];
  const open = new Map<Invocation, Set<() => void>>();
  /** Called with each start and how many run at each of its gates then. */
  let onStart: (job: Job, atWork: (limit: string) => number) => void = () => {};

  const isWaitedFor = (name: string): boolean =>
    gates.all().some(({ gate, waiters }) => nameOf(gate) === name && waiters.length > 0);

  function started(job: Job, by: Invocation): () => void {
    const of = (job.gates ?? []).map(nameOf);
    starts.push({ at: time.now(), job: job.id, event: job.event, order: job.due_at - (job.priority ?? 0) * 1000 });
    const claim = `${job.id} ${job.claim_id}`;
    for (const name of of) {
      const atWork = (running.get(name) ?? new Set()).add(claim);
      running.set(name, atWork);
      most.set(name, Math.max(most.get(name) ?? 0, atWork.size));
      const since = free.get(name)?.shift();
      if (since !== undefined) gaps.push(time.now() - since);
    }
    onStart(job, (limit) => running.get(`${limit}#`)?.size ?? 0);
    const ended = () => {
      if (!open.get(by)?.delete(ended)) return;
      for (const name of of) {
        running.get(name)?.delete(claim);
        if (isWaitedFor(name)) free.set(name, [...(free.get(name) ?? []), time.now()]);
      }
    };
    open.set(by, (open.get(by) ?? new Set()).add(ended));
    return ended;
  }

  return {
    starts,
    gaps,
    started,
    killed(by: Invocation) {
      for (const ended of open.get(by) ?? []) ended();
    },
    /** How many attempts were at work at a gate at the same time at most, and how many are now. */
    most: (limit: string, key = "") => most.get(nameOf({ limit, key })) ?? 0,
    atWork: (limit: string, key = "") => running.get(nameOf({ limit, key }))?.size ?? 0,
    watch(watch: typeof onStart) {
      onStart = watch;
    },
  };
}
