import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { Approval } from "../../lambdas/core/job/approval.ts";
import type { Job, JobMessage, JobType, Stored } from "../../lambdas/core/job/job.ts";
import { finalEvents, jobEvents } from "../../lambdas/core/job/job-event.ts";
import { type Recent, recent } from "../../lambdas/core/kernel/recent.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { fakeFailures } from "../support/fakes/failures-store.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import { type FakeJobStore, fakeJobStore } from "../support/fakes/job-store.ts";
import { fakeRoundPlaces } from "../support/fakes/round-places.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { throughAdversary, type World } from "./adversary.ts";
import { publishesOnce, watchedBus } from "./bus.ts";
import { consumers } from "./consumers.ts";
import { nameOfWrite, type WatchedLetters, type WriteRecord, watchedLetters } from "./dead-letters.ts";
import { type Invoke, invocations, mostCalls, type OnWrite, watchedLog } from "./invocations.ts";
import type { Ledger } from "./ledger.ts";
import { catalog } from "./product.ts";
import { pumping } from "./pump.ts";
import { type Arrived, type Messaging, messaging } from "./queues.ts";
import { reconciling } from "./reconciler.ts";
import { relaying } from "./relay.ts";
import { tableStream } from "./stream.ts";
import { type WatchedTasks, watchedTasks } from "./tasks.ts";
import { watchedSignals } from "./watched-signals.ts";
import { endpoint, watchedWebhooks } from "./webhooks.ts";

export interface System {
  jobs: FakeJobStore;
  blobs: ReturnType<typeof fakeServices>["blobs"];
  stats: ReturnType<typeof fakeServices>["stats"];
  gates: FakeGates;
  /** The approvals that are listed as open. */
  openApprovals(): Promise<Approval[]>;
  bus: ReturnType<typeof watchedBus>;
  tasks: WatchedTasks;
  webhooks: ReturnType<typeof watchedWebhooks>;
  letters: WatchedLetters;
  invoke: Invoke;
  /** A stored value, whether it is kept inline or as a blob. */
  load(stored: Stored): unknown;
  /** Whether a stored value still exists: a job's blobs are deleted with it. */
  isKept(stored: Stored): boolean;
  isScheduled: Messaging["isScheduled"];
  /** How much is still to be delivered. */
  inFlight(): number;
  /** Calls `listener` at each write of a job, as it takes effect. */
  onWrite(listener: OnWrite): void;
}

/** Counting a cause, opening it, and telling both receivers of it, while others change it too. */
export const callsOfCause = 30;

/** Reads a stored value, whether it is kept inline or as a blob. */
export const loadFrom =
  ({ blobs }: System["blobs"]) =>
  (stored: Stored): unknown =>
    "inline" in stored ? stored.inline : JSON.parse(Buffer.from(blobs.get(stored.blob)?.body ?? []).toString());

/** SQS, EventBridge Scheduler, the table and its stream, and the Lambdas: everything but our own code is simulated. */
export function simulatedSystem(world: World, ledger: Ledger, bystanders: Job[] = []): System {
  const { random, observer, poison } = world;
  const {
    blobs,
    stats,
    secrets,
    sessions,
    gates,
    sharedKeys,
    resultCache,
    definitions,
    signals: kept,
    approvals,
    runLogs,
    answers,
  } = fakeServices({
    catalog,
  });
  const jobs = fakeJobStore(...bystanders);
  const publish = new Set(random.chance(0.5) ? jobEvents : finalEvents);
  const bus = watchedBus(world, ledger, publish);
  const letters = watchedLetters(world);
  const tasks = watchedTasks(world, letters);
  const webhooks = watchedWebhooks(world, ledger);
  const log = watchedLog(observer);
  const stream = tableStream(world, lifecycle);
  const { queue, scheduler, unscheduled, inFlight, isScheduled } = messaging(world, ledger, consume);
  const pump = pumping(world, { gates }, () => invoke);
  const relay = relaying(world, { unscheduled }, () => invoke);

  const signals = watchedSignals(kept, world.time.now, ledger.signals, (signal) => stream.record({ signal }));
  const listeners: OnWrite[] = [];
  const onWrite: OnWrite = (change) => {
    stream.record(change);
    for (const listener of listeners) listener(change);
  };
  const others = { catalog, stats, secrets, sessions };
  const invoke = invocations(world, ledger, {
    jobs,
    queue,
    scheduler,
    unscheduled,
    relays: relay.relays,
    roundPlaces: fakeRoundPlaces(),
    blobs,
    gates,
    sharedKeys,
    resultCache,
    definitions,
    signals,
    approvals,
    runLogs,
    answers,
    ticks: pump.ticks,
    others,
    log,
    onWrite,
  });
  const consumer = consumers(world, ledger, { jobs, gates }, invoke);
  reconciling(world, { jobs, gates, unscheduled }, invoke);

  function consume(type: JobType, message: JobMessage, arrived: Arrived): Promise<void> {
    return consumer(type, message, arrived);
  }

  const { alarms } = world;
  const failures = alarms?.failures ?? fakeFailures();

  /** What the idle lifecycle processes remember. */
  const idle: Recent[] = [];

  async function lifecycle(changes: JobChange[]) {
    const { services, invocation, end } = invoke("lifecycle", "lifecycle");
    const recentlySent = idle.pop() ?? recent();
    try {
      const undone = await handleChanges(
        {
          log,
          publish,
          blobs,
          bus: publishesOnce(
            recentlySent,
            throughAdversary("bus", { publish: bus.publish }, invocation, world),
            ledger,
          ),
          tasks: throughAdversary("queue", tasks, invocation, world),
          deadLetters: throughAdversary("queue", { keep: letters.keep }, invocation, world),
          endpoints: [endpoint],
          signals: throughAdversary("jobs", signals, invocation, world),
          runLogs: throughAdversary("jobs", runLogs, invocation, world),
          queue: throughAdversary("queue", queue, invocation, world),
          clock: alarms ? services.clock : world.time,
          webhooks: { ...webhooks, send: async () => {} },
          recentlySent,
          stats: throughAdversary("stats", stats, invocation, world),
          failures,
          ...(alarms && {
            alerting: { ...services, failures: throughAdversary("stats", failures, invocation, world) },
          }),
        },
        changes,
      );
      if (!invocation.dead) idle.push(recentlySent);
      return undone;
    } finally {
      // A batch with a write that cannot be handled is handled write by write.
      const isBroken = changes.some(({ record }) => poison.write(nameOfWrite(record as WriteRecord)));
      // For each message to runs it reads who waits, and wakes them.
      const ofSignals = 2 * changes.filter(({ signal }) => signal).length;
      const ofAlerts = alarms ? callsOfCause * changes.length : 0;
      end((mostCalls.lifecycle + ofSignals + ofAlerts) * (isBroken ? 1 + changes.length : 1));
    }
  }

  return {
    load: loadFrom(blobs),
    isKept: (stored) => "inline" in stored || blobs.blobs.has(stored.blob),
    jobs,
    blobs,
    stats,
    gates,
    openApprovals: () => approvals.list("sim", "e", 1000),
    bus,
    tasks,
    webhooks,
    letters,
    invoke,
    isScheduled,
    onWrite: (listener) => void listeners.push(listener),
    inFlight: () => inFlight() + pump.inFlight() + relay.inFlight() + stream.waiting(),
  };
}
