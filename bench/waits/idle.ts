import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { withWaits } from "../../lambdas/core/job/run-wait.ts";
import { parked } from "../../lambdas/core/job/transitions.ts";
import type { ReconcilerServices } from "../../lambdas/core/operations/services.ts";
import { newMemory } from "../../lambdas/reconciler/memory.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { catalog } from "../demo-catalog.ts";
import { sortedTable } from "../growth/sorted-table.ts";
import { aJob, noon } from "../support/a-job.ts";
import { table } from "../support/aws.ts";
import { noHerd } from "../support/no-herd.ts";
import { noOperations } from "../support/no-operations.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { quietLog } from "../support/quiet-log.ts";

const minute = 60_000;
const rounds = 60;

const idOf = (number: number): string => `job_${number.toString(16).padStart(32, "0")}`;
const numberOf = (id: string): number => Number.parseInt(id.slice("job_".length), 16);

/** A run that has waited since an hour ago, and does for three days. */
function aRunThatWaits(id: string): Job {
  const since = noon - 60 * minute;
  const until = noon + 72 * 60 * minute;
  const signals = [{ signal: "paid", key: id }];
  const step = { status: "waiting", started_at: since, until, waits_for: signals };
  const running = aJob({
    id,
    type: "feature",
    event: "pay_order",
    status: "running",
    started_at: since,
    due_at: since,
  });
  const timer_at = until + 2000;
  const waiting = parked(running, { inline: { "main.money": step } }, timer_at + 2 * minute, { timer_at });
  return withWaits(waiting, [{ step: "main.money", since, until, signals }]);
}

export interface Idle {
  /** Requests to the table in a virtual hour, and items that they looked at. */
  calls: number;
  items: number;
  /** Messages that were sent. */
  messages: number;
}

/** What happens in a virtual hour in which nothing comes for so many runs: the reconciler makes its rounds, and nothing else runs. */
export async function idleHour(waits: number): Promise<Idle> {
  let now = noon;
  let messages = 0;
  const send = async (_: unknown, all: readonly unknown[]) => {
    messages += all.length;
    return [];
  };
  const { client, taken } = sortedTable(waits, (number) => aRunThatWaits(idOf(number)), numberOf);
  const services: ReconcilerServices = {
    catalog: makeCatalog(catalog.products, catalog.registry),
    jobs: dynamoJobStore({ client, table, retentionDays: 30 }),
    queue: only("queue", { reach: { has: () => true } as never, sendMany: send as never }),
    scheduler: only("scheduler"),
    ...noHerd(),
    roundPlaces: { get: async () => undefined, put: async () => {} },
    rollUps: { get: async () => undefined, put: async () => {} },
    operations: noOperations(),
    turns: only("turns"),
    incidents: only("incidents"),
    blobs: only("blobs"),
    gates: only("gates"),
    ticks: only("ticks"),
    resultCache: only("resultCache"),
    definitions: only("definitions"),
    signals: only("signals"),
    approvals: only("approvals"),
    runLogs: only("runLogs"),
    answers: only("answers"),
    stats: only("stats"),
    pauses: nonePaused(),
    clock: { now: () => now, sleep: async () => {} },
    log: quietLog,
  };
  const memory = newMemory();
  for (let round = 0; round < rounds; round++) {
    await reconcile(services, undefined, memory);
    now += minute;
  }
  const { calls, items } = taken();
  return { calls, items, messages };
}
