import { type AttemptPolicy, defaultPolicy } from "../../lambdas/consumers/engine/attempt-policy.ts";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { makeTargetHealth } from "../../lambdas/consumers/engine/targets/health.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import { isOwnStep } from "../../lambdas/consumers/types/function/own-step.ts";
import { reachOfType } from "../../lambdas/core/catalog/reach.ts";
import type { JobMessage, JobType } from "../../lambdas/core/job/job.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import { type ExecuteWithServices, Parked } from "../../lambdas/core/operations/execution.ts";
import type { ConsumerServices } from "../../lambdas/core/operations/services.ts";
import type { JobQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import type { World } from "./adversary.ts";
import { faultyExecutor } from "./alarming.ts";
import { isFaultyEvent } from "./alarms.ts";
import { codeProcesses } from "./code-process.ts";
import { executions as watchExecutions } from "./executions.ts";
import { lambdaFreezer } from "./freezer.ts";
import type { Invocation } from "./invocation.ts";
import { type Invoke, mostCalls } from "./invocations.ts";
import type { Ledger } from "./ledger.ts";
import { atWork } from "./line-rules.ts";
import { canary } from "./observer.ts";
import { executor } from "./outcomes.ts";
import { eachPageSize } from "./product.ts";
import type { Arrived } from "./queues.ts";
import { announcedEvent, withClaims } from "./signed.ts";
import { spareEvent, spareExecutor } from "./spares.ts";

/** Taking, lining up at, and releasing three gates, and handing their slots to the heads of their lists. */
const callsAtGates = 60;

/** A decision of a run of code asks it again and again, and appends what has come: these are bounded by what its program calls. */
const mostOfCode = 400;

interface Stored {
  jobs: FakeJobStore;
  gates: FakeGates;
}

/** The consumers of all types: one invocation per message, with the real engine and the real decider of features. */
export function consumers(world: World, ledger: Ledger, { jobs, gates }: Stored, invoke: Invoke) {
  const { time, random, late, hardship, observer, crowd, herd } = world;
  const freezer = lambdaFreezer(world);
  const executions = watchExecutions(ledger, hardship, jobs.all, gates);
  /** One process runs all jobs, as far as it remembers which targets have failed. */
  const health = makeTargetHealth(() => Promise.reject(new Error("no connections")));
  const code = world.coding && codeProcesses(world, world.coding);
  const decideBy = code ? code.decide : () => decide;
  /** The time from which each feature's decisions fail by a fault of ours. */
  const faulty = new Map<string, number>();

  return async function consume(type: JobType, message: JobMessage, { calls }: Arrived = {}): Promise<void> {
    const isFeature = type === "feature";
    const policy: AttemptPolicy = isFeature ? decisionPolicy : defaultPolicy;
    const what = `consumer of ${message.job_id.slice(-6)}`;
    const { services: all, invocation, end } = invoke(isFeature ? "decider" : "consumer", what);
    const services = { ...all, queue: withinReach(type, all, what) };
    invocation.job_id = message.job_id;
    const execute = isFeature ? decider(invocation) : ofActions(invocation);
    const ofOurType: ExecuteWithServices = async (execution, of) => {
      if (execution.job.type !== type)
        observer.violated("consumer", `${what}, of type ${type}, executes a job of type ${execution.job.type}`);
      return execute(execution, of);
    };
    const options = {
      type,
      policy,
      memory: crowd.memory(),
      batchmates: crowd.batchmates(),
      holdSeconds: herd.holdSeconds,
      random: () => random.next(),
      health,
      ...(calls && { calls }),
    };
    try {
      await runJob(services, ofOurType, message, options);
    } catch (error) {
      for (const one of [invocation, ...(invocation.chained?.values() ?? [])]) checkSnoozed(one);
      if (error instanceof JobError) freezer.freeze(invocation);
      invocation.dead = invocation.frozen === undefined;
      throw error;
    } finally {
      const ofCode = isFeature && world.coding ? mostOfCode : 0;
      const each = ofCode + mostCalls[invocation.purpose] + (message.gated ? callsAtGates : 0);
      end(each * (1 + (invocation.chained?.size ?? 0)));
    }
  };

  /** The queues that a deployment lets the consumer of a type send to: SQS and the Scheduler would deny it any other. */
  function withinReach(type: JobType, { queue, catalog }: Pick<ConsumerServices, "queue" | "catalog">, what: string) {
    const reach = new Set(reachOfType(type, catalog.products));
    const granted = (to: JobType) => {
      if (!reach.has(to)) observer.violated("consumer", `${what}, of type ${type}, sends to the queue of ${to} jobs`);
    };
    const reaching: JobQueue = {
      reach,
      send(to, ...rest) {
        granted(to);
        return queue.send(to, ...rest);
      },
      sendMany(to, entries) {
        granted(to);
        return queue.sendMany(to, entries);
      },
    };
    return reaching;
  }

  function ofActions(by: Invocation): ExecuteWithServices {
    const plain = executor(world, executions, by);
    const { spares } = world;
    const spared = spares && spareExecutor(world, { ledger, executions, random: spares }, by);
    const { alarms } = world;
    const faulty = alarms && faultyExecutor(world, { executions, random: alarms.random }, by);
    const announced = withClaims(observer, plain);
    const { lines } = world;
    return async (execution, of) => {
      const { event } = execution.job;
      if (code && isOwnStep(execution.job)) return watched(by, code.ownStep(by))(execution, of);
      if (event === announcedEvent) return announced(execution, of);
      if (faulty && isFaultyEvent(event)) return faulty(execution, of);
      const ended = lines ? atWork({ ...world, lines }, { jobs, gates }, execution.job, by) : () => {};
      return (event === spareEvent && spared ? spared : plain)(execution, of).finally(ended);
    };
  }

  /** Notes when an execution begins and ends whose calls end with its timeout. */
  function watched(by: Invocation, execute: ExecuteWithServices): ExecuteWithServices {
    return async (execution, of) => {
      const { job, clock } = execution;
      executions.started(job, by, { at: clock.now(), real: time.now() });
      // From its timeout on it can do nothing more: each of its ports throws. An answer that it waits for may come later.
      execution.signal.addEventListener("abort", () => executions.ended(job, time.now()), { once: true });
      try {
        return await execute(execution, of);
      } finally {
        executions.ended(job, time.now());
      }
    };
  }

  /** Only a start without an outcome counts as a crash: a claim under which nothing was started has to be given back. */
  function checkSnoozed({ claim_id, job_id = "", hasAnswer, hasStarted, hasFailed, what }: Invocation) {
    const isHeld = claim_id !== undefined && jobs.peek(job_id)?.claim_id === claim_id;
    if (isHeld && hasAnswer && !hasStarted && !hasFailed)
      observer.violated("snooze", `${what} keeps its claim, under which nothing has started`);
  }

  function decider(by: Invocation): ExecuteWithServices {
    return watched(by, async (execution, services) => {
      freezer.thaw(execution.job.id);
      if (isFaulty(execution.job.id)) throw new TypeError(`a bug that quotes ${canary}`);
      const decision = await decideBy(by)(execution, services, eachPageSize);
      observer.cover(decision instanceof Parked ? "decision: parked" : "decision: finished");
      return decision;
    });
  }

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
}
