import { type Job, phaseOf, phaseTime } from "../../lambdas/core/job/job.ts";
import { isStuck } from "../../lambdas/core/job/transitions.ts";
import { sentAheadMs } from "../../lambdas/core/operations/relay.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { syncSchedules } from "../../lambdas/reconciler/schedules.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import type { fakeUnscheduled } from "../support/fakes/unscheduled.ts";
import type { World } from "./adversary.ts";
import { type Invoke, mostCalls } from "./invocations.ts";

type Kept = ReturnType<typeof fakeUnscheduled>;

const minute = 60_000;
/** Reading the pauses, and for each that has ended its pages, sends and writes. */
const mostOfPauses = 400;

/** Three schedules, each with the job that is read, deleted, made and dispatched. */
const mostOfSchedules = 100;
/** The handful of causes of a history, each opened, told and closed at once. */
const mostOfIncidents = 300;
/** After this time a round begins nothing more. */
const longestRunMs = 50_000;

interface Stored {
  jobs: FakeJobStore;
  gates: FakeGates;
  unscheduled: Kept;
}

/** The reconciler, once a minute. */
export function reconciling(
  { time, hardship, observer, pausing, deployments, alarms }: World,
  { jobs, gates, unscheduled }: Stored,
  invoke: Invoke,
): void {
  let memory = newMemory();
  let ticks = 0;
  function tick() {
    // Its Lambda starts afresh now and then.
    if (++ticks % 16 === 0) memory = newMemory();
    const latest = time.now() + hardship.skew;
    // A tick that would find nothing is left out, since most of a history would be such ticks.
    const crowded = gates.all().filter(({ parts }) => parts.get(0)?.line !== undefined);
    const kept = [...unscheduled.kept.values()].filter(({ message }) => message.due_at <= latest + sentAheadMs);
    const isFollowed = memory.schedules === deployments?.hash();
    const isQuiet = !alarms && !pausing.isAny() && crowded.length === 0 && kept.length === 0 && isFollowed;
    const mayEnd = (job: Job) => job.repeat?.overlap === "cancel_previous" && phaseOf(job.status) === "pending";
    if (!isQuiet || jobs.all().some((job) => isStuck(job, latest, graceMs) || mayEnd(job))) {
      observer.cover("reconciler");
      const overdue = jobs.all().filter((job) => phaseOf(job.status) === "pending" && phaseTime(job) <= latest);
      const { services, end } = invoke("reconciler", "reconciler");
      const schedules = deployments && { states: deployments.states, hash: deployments.hash() };
      const endOfRound = services.clock.now() + longestRunMs;
      const round = async () => {
        await reconcile(services, graceMs, memory).catch(() => observer.cover("reconciler fails"));
        if (schedules) await syncSchedules(services, schedules, memory, endOfRound);
      };
      round()
        .catch(() => observer.cover("schedules are not followed"))
        .finally(() => {
          const forPauses = pausing.isOn ? mostOfPauses : 0;
          const forSchedules = schedules ? mostOfSchedules : 0;
          const forIncidents = alarms ? mostOfIncidents : 0;
          end(
            mostCalls.reconciler + forIncidents + callsOfOverdue(overdue) + callsOf(crowded) + forPauses + forSchedules,
          );
        });
    }
    time.after(minute, tick);
  }
  time.after(minute, tick);
}

/**
 * Two calls for each, and a look whether it waits at each of its gates: once where AWS refused its message in the rounds before, and once
 * where the scan finds it.
 */
const callsOfOverdue = (overdue: readonly Job[]): number =>
  overdue.reduce((sum, { gates = [] }) => sum + 2 + 2 * gates.length, 0);

/** A look at each marked gate, its jobs and its slots, and three calls for each waiter at most. */
const callsOf = (crowded: ReturnType<FakeGates["all"]>): number =>
  crowded.reduce((sum, { waiters }) => sum + 12 + 4 * waiters.length, 0);
