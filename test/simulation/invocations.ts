import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import { hotMinutes } from "../../lambdas/core/operations/hot-minutes.ts";
import type { Recording } from "../../lambdas/core/operations/record-change.ts";
import type {
  ConsumerServices,
  ReconcilerServices,
  SchedulingServices,
} from "../../lambdas/core/operations/services.ts";
import type { Answers } from "../../lambdas/core/ports/answers.ts";
import type { Approvals } from "../../lambdas/core/ports/approvals.ts";
import type { BlobStore } from "../../lambdas/core/ports/blob-store.ts";
import type { Definitions } from "../../lambdas/core/ports/definitions.ts";
import type { JobQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Log } from "../../lambdas/core/ports/log.ts";
import type { ResultCache } from "../../lambdas/core/ports/result-cache.ts";
import type { RunLogs } from "../../lambdas/core/ports/run-logs.ts";
import type { Scheduler } from "../../lambdas/core/ports/scheduler.ts";
import type { SharedKeys } from "../../lambdas/core/ports/shared-keys.ts";
import type { Signals } from "../../lambdas/core/ports/signals.ts";
import type { Ticks } from "../../lambdas/core/ports/ticks.ts";
import type { Unscheduled } from "../../lambdas/core/ports/unscheduled.ts";
import { fakeAudit } from "../support/fakes/audit.ts";
import { fakeDueCounts } from "../support/fakes/due-counts.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import { fakeIncidents } from "../support/fakes/incidents.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import { fakeMessageQueue } from "../support/fakes/message-queue.ts";
import { fakeOperations } from "../support/fakes/operations.ts";
import { fakeRollUps } from "../support/fakes/roll-ups.ts";
import type { fakeServices } from "../support/fakes/services.ts";
import { throughAdversary, type World } from "./adversary.ts";
import type { Hardship } from "./hardship.ts";
import type { Invocation, Purpose } from "./invocation.ts";
import type { Ledger } from "./ledger.ts";
import { catalogOf } from "./lines.ts";
import { losingAnswers } from "./lost-answers.ts";
import { canary, type Observer } from "./observer.ts";
import { askedInTime } from "./queues.ts";
import { watchedBlobs } from "./watched-blobs.ts";
import { watchedGates } from "./watched-gates.ts";
import { watchedStore } from "./watched-store.ts";

export interface Invoked {
  services: ConsumerServices & SchedulingServices & ReconcilerServices & Recording;
  invocation: Invocation;
  /** Ends the invocation, and checks that it made no more calls than allowed. */
  end(allowed?: number): void;
}

/** The services of a fresh invocation. */
export type Invoke = (purpose: Purpose, what: string) => Invoked;

/** Called with each write of a job. */
export type OnWrite = (change: Omit<JobChange, "at">) => void;

/**
 * Lambda kills a function that is out of time. Less than a sixth of the visibility timeout on AWS, and above every timeout of a
 * job.
 */
const functionTimeoutMs = 90_000;
/** The pump has less than the visibility of its ticks. */
const pumpTimeoutMs = 20_000;
/** The reconciler, where it follows schedules, ends before its next round. In other histories it overlaps with that. */
const followerTimeoutMs = 55_000;
const timeoutOf = (purpose: Purpose, { deployments }: World): number => {
  if (purpose === "pump") return pumpTimeoutMs;
  return purpose === "reconciler" && deployments ? followerTimeoutMs : functionTimeoutMs;
};

/**
 * Invariant 10: the most port calls that one invocation may make, whatever is stored. A feature's depend on its steps, those of
 * a bulk change and of a batch on their jobs, and a tick's on what is overdue.
 */
export const mostCalls: Record<Purpose, number> = {
  api: 12,
  change: 100,
  retry: 100,
  delete: 60,
  /** Some of which look whether its lease can be extended, while AWS refuses the outcome. */
  consumer: 36,
  decider: 100,
  /** The pages of jobs of a line, of which each that does not wait any more is taken off: many, where a line is cancelled at that moment. */
  pump: 160,
  /** With the 8 partitions of messages that the Scheduler refused, for which it asks the relay with one call. */
  reconciler: 49,
  relay: 8,
  /** Events, outcomes and heartbeats, what is set aside of each of them and of webhooks, the counters, and the notes of cancelled runs' waits. */
  lifecycle: 16,
};

/**
 * Each message and each round of the reconciler reads the pauses, and a job with limits passes gates before its claim. Where as much
 * went wrong with that as with everything else, hardly a message would get any further, and a history would take longer than it is
 * given.
 */
const gentle = (hardship: Hardship): Hardship => ({
  ...hardship,
  die: Math.min(hardship.die, 0.02),
  failBefore: Math.min(hardship.failBefore, 0.02),
  failAfter: Math.min(hardship.failAfter, 0.02),
  throttle: Math.min(hardship.throttle, 0.02),
});

/** What all invocations share. */
interface Shared {
  jobs: FakeJobStore;
  queue: JobQueue;
  scheduler: Scheduler;
  unscheduled: Unscheduled;
  relays: ReconcilerServices["relays"];
  roundPlaces: ReconcilerServices["roundPlaces"];
  blobs: BlobStore & ReturnType<typeof fakeServices>["blobs"];
  gates: FakeGates;
  sharedKeys: SharedKeys;
  resultCache: ResultCache;
  definitions: Definitions;
  signals: Signals;
  approvals: Approvals;
  runLogs: RunLogs;
  answers: Answers;
  ticks: Ticks;
  others: Pick<ConsumerServices & SchedulingServices, "catalog" | "stats" | "secrets" | "sessions">;
  log: Log;
  onWrite: OnWrite;
}

/**
 * Lambda: each invocation has a clock that may be off, dies when its time is up, and reaches its ports through the adversary.
 */
export function invocations(world: World, ledger: Ledger, shared: Shared): Invoke {
  const { time, random, hardship, observer, poison, pausing, herd, alarms } = world;
  const { jobs, queue, scheduler, unscheduled, relays, roundPlaces, blobs, gates, sharedKeys, resultCache } = shared;
  const { definitions, signals, approvals, runLogs, answers, ticks, others, log, onWrite } = shared;
  const counts = fakeDueCounts();
  const hot = hotMinutes(counts, herd.startsPerSecond, herd.jobsPerCount);
  const refuses = () => random.chance(hardship.refuse);
  const writes: Parameters<typeof watchedGates>[1]["writes"] = new Map();

  return (purpose, what) => {
    const skew = random.int(-hardship.skew, hardship.skew);
    const invocation: Invocation = { what, purpose, skew, began: time.now(), dead: false, calls: 0, refusedForGood: 0 };
    const cancel = time.after(timeoutOf(purpose, world), () => {
      if (!invocation.dead) observer.cover(`out of time: ${purpose}`);
      invocation.dead = true;
    });
    const clock = {
      now: () => time.now() + invocation.skew,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await time.sleep(ms, signal);
        if (invocation.dead) await new Promise(() => {});
      },
    };
    const watched = watchedStore(jobs, ledger, {
      by: invocation,
      now: time.now,
      refuses,
      poison,
      onChange: onWrite,
      onClaim: (job, at) => pausing.checkClaim(job, at - skew, world),
    });
    const watching = { jobs, by: invocation, observer, now: time.now, writes };
    // The end of a pause takes a dozen calls of one round that all succeed, since it reads every shard.
    const around = purpose === "reconciler" && pausing.isOn ? { ...world, hardship: gentle(hardship) } : world;
    const services: Invoked["services"] = {
      ...others,
      catalog: catalogOf(world),
      // As where `job.waiting` is published.
      notesWaits: pausing.isOfKeys,
      jobs: throughAdversary("jobs", losingAnswers(watched, jobs.peek, world), invocation, around),
      queue: throughAdversary("queue", queue, invocation, around),
      scheduler: askedInTime(throughAdversary("scheduler", scheduler, invocation, world), world),
      pauses: pausing.portOf(invocation, world, (port) =>
        throughAdversary("pauses", port, invocation, { ...world, random: pausing.random, hardship: gentle(hardship) }),
      ),
      // They are items of the table of jobs.
      unscheduled: throughAdversary("jobs", unscheduled, invocation, around),
      relays: throughAdversary("queue", relays, invocation, around),
      roundPlaces,
      rollUps: fakeRollUps(),
      incidents: alarms
        ? throughAdversary("jobs", alarms.ledger.watched(alarms.incidents), invocation, around)
        : fakeIncidents(),
      audit: fakeAudit(),
      operations: fakeOperations(),
      turns: fakeMessageQueue(),
      dueCounts: counts,
      hot,
      blobs: throughAdversary("blobs", watchedBlobs(blobs, jobs, invocation, observer), invocation, world),
      gates: throughAdversary("gates", watchedGates(gates, watching), invocation, {
        ...world,
        hardship: gentle(hardship),
      }),
      ticks: throughAdversary("ticks", ticks, invocation, { ...world, hardship: gentle(hardship) }),
      sharedKeys: throughAdversary("jobs", sharedKeys, invocation, world),
      resultCache: throughAdversary("jobs", resultCache, invocation, world),
      definitions: throughAdversary("jobs", definitions, invocation, around),
      signals: throughAdversary("jobs", signals, invocation, around),
      approvals: throughAdversary("jobs", approvals, invocation, around),
      runLogs: throughAdversary(
        "jobs",
        world.coding?.watch?.logsOf(runLogs, invocation) ?? runLogs,
        invocation,
        around,
      ),
      answers: throughAdversary("jobs", answers, invocation, around),
      clock,
      log,
    };
    const end = (allowed = mostCalls[purpose]) => {
      cancel();
      pausing.release(invocation);
      observer.most(`most calls: ${purpose}`, invocation.calls);
      if (invocation.calls > allowed) observer.violated(10, `${what} made ${invocation.calls} calls, over ${allowed}`);
    };
    return { services, invocation, end };
  };
}

/** Invariant 9: no log line shows anything from an input or a result. */
export function watchedLog(observer: Observer): Log {
  const line =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      observer.cover(`log ${level}: ${message}`);
      if ((message + JSON.stringify(fields)).includes(canary)) observer.violated(9, `"${message}" shows a secret`);
    };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    measure: (message, measured, fields) => line("measure")(message, { ...fields, measured }),
  };
}
