import { type Job, phaseOf, phaseTime } from "../../lambdas/core/job/job.ts";
import { isStuck } from "../../lambdas/core/job/transitions.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../lambdas/reconciler/reconcile.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import type { World } from "./adversary.ts";
import { type Invoke, mostCalls } from "./invocations.ts";

const minute = 60_000;

/** The reconciler, once a minute. */
export function reconciling({ time, hardship, observer }: World, jobs: FakeJobStore, invoke: Invoke): void {
  let memory = newMemory();
  let ticks = 0;
  function tick() {
    // Its Lambda starts afresh now and then.
    if (++ticks % 16 === 0) memory = newMemory();
    const latest = time.now() + hardship.skew;
    // A tick that would find nothing is left out, since most of a history would be such ticks.
    const mayEnd = (job: Job) => job.repeat?.overlap === "cancel_previous" && phaseOf(job.status) === "pending";
    if (jobs.all().some((job) => isStuck(job, latest, graceMs) || mayEnd(job))) {
      observer.cover("reconciler");
      const overdue = jobs.all().filter((job) => phaseOf(job.status) === "pending" && phaseTime(job) <= latest);
      const { services, end } = invoke("reconciler", "reconciler");
      reconcile(services, graceMs, memory)
        .catch(() => observer.cover("reconciler fails"))
        .finally(() => end(mostCalls.reconciler + 2 * overdue.length));
    }
    time.after(minute, tick);
  }
  time.after(minute, tick);
}
