import { execute as decide } from "../../lambdas/consumers/feature/execute.ts";
import { runJob } from "../../lambdas/consumers/shell.ts";
import { JobError } from "../../lambdas/core/errors.ts";
import type { JobMessage, JobType } from "../../lambdas/core/job.ts";
import { type Decide, Parked } from "../../lambdas/core/job-type.ts";
import type { ConsumerServices } from "../../lambdas/core/services.ts";
import { isStuck } from "../../lambdas/core/transitions.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { fakeBlobStore } from "../support/fakes/blob-store.ts";
import { type FakeJobStore, fakeJobStore } from "../support/fakes/job-store.ts";
import { fakeSecrets } from "../support/fakes/secrets.ts";
import { fakeStatsStore } from "../support/fakes/stats-store.ts";
import { type Hardship, type Invocation, throughAdversary } from "./adversary.ts";
import type { Observer } from "./observer.ts";
import { catalog } from "./product.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

export interface System {
  jobs: FakeJobStore;
  /** The services of a fresh invocation. */
  invoke(what: string): { services: ConsumerServices; invocation: Invocation };
  /** Messages and schedules that are still to be delivered. */
  inFlight(): number;
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };

/** Six times a function's timeout on AWS; shorter here, so that histories are. */
const visibilityMs = 90_000;
const maxReceives = 5;

/** SQS, EventBridge Scheduler, the store and the Lambdas, all simulated but for our own code. */
export function simulatedSystem(world: {
  time: Timeline;
  random: Random;
  hardship: Hardship;
  observer: Observer;
}): System {
  const { time, random, hardship, observer } = world;
  const jobs = observer.watch(fakeJobStore());
  const blobs = fakeBlobStore();
  const schedules = new Set<string>();
  let messages = 0;

  function enqueue(type: JobType, message: JobMessage, delaySeconds: number) {
    const copies = random.chance(hardship.duplicate) ? 2 : 1;
    if (copies > 1) observer.cover("duplicate message");
    for (let copy = 0; copy < copies; copy++) {
      messages++;
      time.after(delaySeconds * 1000 + random.int(0, hardship.queueLag), () => deliver(type, message, 1));
    }
  }

  function deliver(type: JobType, message: JobMessage, receives: number) {
    const { services, invocation } = invoke(`consumer of ${message.job_id.slice(-6)}`);
    let deleted = false;
    const again = () => {
      if (deleted) return;
      observer.cover("redelivery");
      if (receives >= maxReceives) messages--;
      else deliver(type, message, receives + 1);
    };
    time.after(visibilityMs, again);
    const handled = type === "feature" ? decider : executor;
    runJob(services, handled, message, { wakeUps: type === "feature", random: () => random.next() }).then(
      () => {
        deleted = true;
        messages--;
      },
      () => {
        // Reported as failed: SQS delivers it again when its visibility timeout is over.
        invocation.dead = true;
      },
    );
  }

  const executor: Decide = async ({ job, clock, signal }) => {
    observer.started(job, clock.now(), time.now());
    try {
      await clock.sleep(random.chance(0.05) ? 60_000 : random.int(1, 2000), signal);
      if (signal.aborted) throw signal.reason;
      const fate = random.next();
      if (fate < 0.25)
        throw new JobError("SERVICE_UNAVAILABLE", "busy", random.chance(0.2) ? { retryAfterMs: 1_000_000 } : {});
      if (fate < 0.3) throw new JobError("NOT_FOUND", "permanent");
      if (fate < 0.32) throw new Error("a bug");
      return { n: job.attempt };
    } finally {
      observer.ended(job);
    }
  };

  const decider: Decide = async (execution, services) => {
    observer.started(execution.job, execution.clock.now(), time.now());
    try {
      const decision = await decide(execution, services);
      observer.cover(decision instanceof Parked ? "decision: parked" : "decision: finished");
      return decision;
    } finally {
      observer.ended(execution.job);
    }
  };

  const queue = {
    async send(type: JobType, message: JobMessage, { delaySeconds }: { delaySeconds: number }) {
      if (delaySeconds < 0 || delaySeconds > 900 || !Number.isInteger(delaySeconds))
        throw new Error("SQS refuses the delay");
      enqueue(type, message, delaySeconds);
    },
    async sendMany(type: JobType, entries: { message: JobMessage; delaySeconds: number }[]) {
      for (const { message, delaySeconds } of entries) await queue.send(type, message, { delaySeconds });
      return [];
    },
  };

  const scheduler = {
    async schedule(name: string, at: number, type: JobType, message: JobMessage) {
      if (schedules.has(name)) return;
      if (at * 1000 <= time.now() - hardship.skew) throw new Error("a schedule in the past");
      schedules.add(name);
      const fires = random.chance(hardship.neverFire) ? 0 : random.chance(hardship.fireTwice) ? 2 : 1;
      observer.cover(`schedule fires ${fires}x`);
      for (let i = 0; i < fires; i++) {
        messages++;
        time.after(at * 1000 - time.now() + random.int(0, 60_000), () => {
          messages--;
          if (schedules.has(name)) enqueue(type, message, 0);
        });
      }
    },
    async unschedule(name: string) {
      schedules.delete(name);
    },
  };

  function invoke(what: string) {
    const invocation: Invocation = { what, skew: random.int(-hardship.skew, hardship.skew), dead: false };
    const clock = {
      now: () => time.now() + invocation.skew,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await time.sleep(ms, signal);
        if (invocation.dead) await new Promise(() => {});
      },
    };
    const through = <Port extends object>(port: Port) => throughAdversary(port, invocation, world);
    const services: ConsumerServices = {
      catalog,
      jobs: through(jobs),
      queue: through(queue),
      scheduler: through(scheduler),
      blobs,
      stats: fakeStatsStore(),
      secrets: fakeSecrets(),
      clock,
      log: silent,
    };
    return { services, invocation };
  }

  let memory = newMemory();
  let ticks = 0;
  function tick() {
    // Now and then its Lambda starts afresh.
    if (++ticks % 16 === 0) memory = newMemory();
    // A tick that would find nothing is left out: histories would consist of them.
    if (jobs.all().some((job) => isStuck(job, time.now() + hardship.skew, graceMs))) {
      observer.cover("reconciler");
      reconcile(invoke("reconciler").services, graceMs, memory).catch(() => {});
    }
    time.after(60_000, tick);
  }
  time.after(60_000, tick);

  return { jobs, invoke, inFlight: () => messages };
}
