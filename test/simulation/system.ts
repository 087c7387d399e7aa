import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import { defaultPolicy } from "../../lambdas/consumers/engine/attempt-policy.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import {
  type Job,
  type JobMessage,
  type JobType,
  phaseOf,
  phaseTime,
  type Stored,
} from "../../lambdas/core/job/job.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import { finalEvents, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { isStuck } from "../../lambdas/core/job/transitions.ts";
import { type ExecuteWithServices, Parked } from "../../lambdas/core/operations/execution.ts";
import { type Recent, recent } from "../../lambdas/core/operations/recent.ts";
import type { ConsumerServices } from "../../lambdas/core/operations/services.ts";
import type { Log } from "../../lambdas/core/ports/ports.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { type FakeJobStore, fakeJobStore } from "../support/fakes/job-store.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { throughAdversary, type World } from "./adversary.ts";
import { tellsOnce, watchedBus } from "./bus.ts";
import { nameOfWrite, type WatchedLetters, type WriteRecord, watchedLetters } from "./dead-letters.ts";
import { executions as watchExecutions } from "./executions.ts";
import { lambdaFreezer } from "./freezer.ts";
import type { Invocation, Purpose } from "./invocation.ts";
import type { Ledger } from "./ledger.ts";
import { losingAnswers } from "./lost-answers.ts";
import { canary } from "./observer.ts";
import { executor } from "./outcomes.ts";
import { catalog } from "./product.ts";
import { type Messaging, messaging } from "./queues.ts";
import { tableStream } from "./stream.ts";
import { type WatchedTasks, watchedTasks } from "./tasks.ts";
import { watchedBlobs } from "./watched-blobs.ts";
import { watchedStore } from "./watched-store.ts";
import { endpoint, watchedWebhooks } from "./webhooks.ts";

export interface Invoked {
  services: ConsumerServices;
  invocation: Invocation;
  /** The invocation is over: it did not do more than it may. */
  end(allowed?: number): void;
}

/** Hears of a write of a job. */
type OnWrite = (change: Omit<JobChange, "at">) => void;

export interface System {
  jobs: FakeJobStore;
  blobs: ReturnType<typeof fakeServices>["blobs"];
  stats: ReturnType<typeof fakeServices>["stats"];
  bus: ReturnType<typeof watchedBus>;
  tasks: WatchedTasks;
  webhooks: ReturnType<typeof watchedWebhooks>;
  letters: WatchedLetters;
  /** The services of a fresh invocation. */
  invoke(purpose: Purpose, what: string): Invoked;
  /** What is kept inline or as a blob. */
  load(stored: Stored): unknown;
  /** Whether it is there: what belonged to a job goes with it. */
  isKept(stored: Stored): boolean;
  isScheduled: Messaging["isScheduled"];
  /** What is still to be delivered. */
  inFlight(): number;
  /** Calls `listener` at each write of a job, as it takes effect. */
  onWrite(listener: OnWrite): void;
}

/** A Lambda that is out of time is killed. Less than a sixth of the visibility timeout on AWS, and above every timeout of a job. */
const functionTimeoutMs = 90_000;

/**
 * Invariant 10: the most calls of ports that one invocation may make, whatever is stored. A feature's depend on its
 * steps, a bulk change's and a batch's on their jobs, and a tick's on what is overdue.
 */
const mostCalls: Record<Purpose, number> = {
  api: 12,
  change: 100,
  retry: 100,
  delete: 60,
  consumer: 20,
  decider: 100,
  reconciler: 40,
  /** Events, outcomes and heartbeats, what is set aside of each of them and of webhooks, and the counters. */
  lifecycle: 8,
};

/** SQS, EventBridge Scheduler, the table and its stream, and the Lambdas, all simulated but for our own code. */
export function simulatedSystem(world: World, ledger: Ledger, bystanders: Job[] = []): System {
  const { time, random, late, hardship, observer, poison } = world;
  const { blobs, stats, ...others } = fakeServices({ catalog });
  const jobs = fakeJobStore(...bystanders);
  const refuses = () => random.chance(hardship.refuse);
  const freezer = lambdaFreezer(world);
  const executions = watchExecutions(ledger, hardship);
  const publish = new Set(random.chance(0.5) ? jobEvents : finalEvents);
  const bus = watchedBus(world, ledger, publish);
  const letters = watchedLetters(world);
  const tasks = watchedTasks(world, letters);
  const webhooks = watchedWebhooks(world, ledger);
  /** What processes of the lifecycle remember that wait for a batch. */
  const idle: Recent[] = [];
  const stream = tableStream(world, lifecycle);
  const { queue, scheduler, inFlight, isScheduled } = messaging(world, ledger, consume);

  const listeners: OnWrite[] = [];
  const wrote: OnWrite = (change) => {
    stream.record(change);
    for (const listener of listeners) listener(change);
  };

  function invoke(purpose: Purpose, what: string): Invoked {
    const skew = random.int(-hardship.skew, hardship.skew);
    const invocation: Invocation = { what, purpose, skew, began: time.now(), dead: false, calls: 0, refusedForGood: 0 };
    const cancel = time.after(functionTimeoutMs, () => {
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
    const services: ConsumerServices = {
      ...others,
      jobs: throughAdversary(
        "jobs",
        losingAnswers(
          watchedStore(jobs, ledger, { by: invocation, now: time.now, refuses, poison, onChange: wrote }),
          jobs.peek,
          world,
        ),
        invocation,
        world,
      ),
      queue: throughAdversary("queue", queue, invocation, world),
      scheduler: throughAdversary("scheduler", scheduler, invocation, world),
      blobs: throughAdversary("blobs", watchedBlobs(blobs, jobs, invocation, observer), invocation, world),
      stats,
      clock,
      log,
    };
    const end = (allowed = mostCalls[purpose]) => {
      cancel();
      observer.most(`most calls: ${purpose}`, invocation.calls);
      if (invocation.calls > allowed) observer.violated(10, `${what} made ${invocation.calls} calls, over ${allowed}`);
    };
    return { services, invocation, end };
  }

  /** Invariant 9: whatever a line says, it says nothing that came in or went out. */
  const line =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      observer.cover(`log ${level}: ${message}`);
      if ((message + JSON.stringify(fields)).includes(canary)) observer.violated(9, `"${message}" shows a secret`);
    };
  const log: Log = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    measure: (message, measured, fields) => line("measure")(message, { ...fields, measured }),
  };

  async function consume(type: JobType, message: JobMessage) {
    const isFeature = type === "feature";
    const what = `consumer of ${message.job_id.slice(-6)}`;
    const { services, invocation, end } = invoke(isFeature ? "decider" : "consumer", what);
    invocation.job_id = message.job_id;
    const execute = isFeature ? decider(invocation) : executor(world, executions, invocation);
    const policy = isFeature ? decisionPolicy : defaultPolicy;
    const ofOurType: ExecuteWithServices = async (execution, of) => {
      if (execution.job.type !== type)
        observer.violated("DESIGN 7", `${what}, of type ${type}, executes a job of type ${execution.job.type}`);
      return execute(execution, of);
    };
    try {
      await runJob(services, ofOurType, message, { type, policy, random: () => random.next() });
    } catch (error) {
      checkGivenBack(invocation);
      if (error instanceof JobError) freezer.freeze(invocation);
      invocation.dead = invocation.frozen === undefined;
      throw error;
    } finally {
      end();
    }
  }

  /** DESIGN 7: a crash is a start that nobody has heard of again, and not a claim under which nothing was started. */
  function checkGivenBack({ claim_id, job_id = "", hasAnswer, hasStarted, hasFailed, what }: Invocation) {
    const isHeld = claim_id !== undefined && jobs.peek(job_id)?.claim_id === claim_id;
    if (isHeld && hasAnswer && !hasStarted && !hasFailed)
      observer.violated("DESIGN 7", `${what} keeps its claim, under which nothing has started`);
  }

  const decider =
    (by: Invocation): ExecuteWithServices =>
    async (execution, services) => {
      const { job, clock } = execution;
      executions.started(job, by, { at: clock.now(), real: time.now() });
      freezer.thaw(job.id);
      try {
        if (isFaulty(job.id)) throw new TypeError(`a bug that quotes ${canary}`);
        const decision = await decide(execution, services);
        observer.cover(decision instanceof Parked ? "decision: parked" : "decision: finished");
        return decision;
      } finally {
        executions.ended(job, time.now());
      }
    };

  /** From when on each feature's decisions fail. */
  const faulty = new Map<string, number>();
  function isFaulty(id: string): boolean {
    const drawn = late.chance(hardship.faulty)
      ? time.now() + late.pick([0, 30_000, 300_000])
      : Number.POSITIVE_INFINITY;
    const since = faulty.get(id) ?? drawn;
    faulty.set(id, since);
    if (time.now() < since) return false;
    observer.cover("decision: a fault of ours");
    ledger.lifeOf(id).faultySince ??= time.now();
    return true;
  }

  async function lifecycle(changes: JobChange[]) {
    const { services, invocation, end } = invoke("lifecycle", "lifecycle");
    const seen = { log, publish, clock: services.clock };
    const told = idle.pop() ?? recent();
    try {
      const undone = await handleChanges(
        {
          ...seen,
          blobs,
          bus: tellsOnce(told, throughAdversary("bus", { publish: bus.publish }, invocation, world), observer),
          tasks: throughAdversary("queue", tasks, invocation, world),
          deadLetters: throughAdversary("queue", { keep: letters.keep }, invocation, world),
          endpoints: [endpoint],
          webhooks: { ...webhooks, send: async () => {} },
          told,
          stats: throughAdversary("stats", stats, invocation, world),
        },
        changes,
      );
      if (!invocation.dead) idle.push(told);
      return undone;
    } finally {
      // A batch with a write that cannot be handled is handled write by write.
      const isBroken = changes.some(({ record }) => poison.write(nameOfWrite(record as WriteRecord)));
      end(mostCalls.lifecycle * (isBroken ? 1 + changes.length : 1));
    }
  }

  let memory = newMemory();
  let ticks = 0;
  function tick() {
    // Now and then its Lambda starts afresh.
    if (++ticks % 16 === 0) memory = newMemory();
    const latest = time.now() + hardship.skew;
    // A tick that would find nothing is left out: histories would consist of them.
    if (jobs.all().some((job) => isStuck(job, latest, graceMs))) {
      observer.cover("reconciler");
      const overdue = jobs.all().filter((job) => phaseOf(job.status) === "pending" && phaseTime(job) <= latest);
      const { services, end } = invoke("reconciler", "reconciler");
      reconcile(services, graceMs, memory)
        .catch(() => observer.cover("reconciler fails"))
        .finally(() => end(mostCalls.reconciler + 2 * overdue.length));
    }
    time.after(60_000, tick);
  }
  time.after(60_000, tick);

  const load = (stored: Stored): unknown =>
    "inline" in stored ? stored.inline : JSON.parse(Buffer.from(blobs.blobs.get(stored.blob)?.body ?? []).toString());

  const isKept = (stored: Stored): boolean => "inline" in stored || blobs.blobs.has(stored.blob);

  return {
    load,
    isKept,
    jobs,
    blobs,
    stats,
    bus,
    tasks,
    webhooks,
    letters,
    invoke,
    isScheduled,
    onWrite: (listener) => void listeners.push(listener),
    inFlight: () => inFlight() + stream.waiting(),
  };
}
