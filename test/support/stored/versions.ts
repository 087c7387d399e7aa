import { setImmediate } from "node:timers/promises";
import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoPauses } from "../../../lambdas/aws/dynamodb/pauses.ts";
import { queueHandler } from "../../../lambdas/aws/lambda/queue-handler.ts";
import { callsAttributes } from "../../../lambdas/aws/sqs/calls-attribute.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { type Job, JobMessage, jobTypes } from "../../../lambdas/core/job/job.ts";
import { TickMessage } from "../../../lambdas/core/limits/pump.ts";
import { type Change, changeJob } from "../../../lambdas/core/operations/change-job.ts";
import { dispatch } from "../../../lambdas/core/operations/dispatch.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { withRecent } from "../../../lambdas/core/operations/recent-pauses.ts";
import { tickLine } from "../../../lambdas/core/operations/tick.ts";
import type { SendOptions } from "../../../lambdas/core/ports/job-queue.ts";
import type { Tick } from "../../../lambdas/core/ports/ticks.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { startDynamo, table } from "../aws/dynamo.ts";
import { fakeClock } from "../fakes/clock.ts";
import { fakeServices } from "../fakes/services.ts";
import * as before from "./version-0.3-engine.mjs";

export type Item = Record<string, AttributeValue>;
export type Version = "0.3" | "today's";

/** A message on its way, as SQS has it. */
export interface InFlight {
  to: "jobs" | "pump";
  /** Epoch milliseconds. */
  visible: number;
  body: string;
  attributes?: SQSRecord["messageAttributes"];
  receives?: number;
}

/** An attempt that was started here. */
export interface Run {
  job: string;
  event: string;
  version: Version;
  start: number;
  end?: number;
}

const minute = 60_000;
/** What a queue takes to deliver a message, in milliseconds. */
const lagMs = 20;

/**
 * One table on which either version works, in virtual time: what begins after a change of `version` is handled by that one, and what
 * has begun goes on, as in a deployment. Consumers, reconciler and pump are the real ones, and so are the adapters of the table; the
 * queues have the real bodies and attributes.
 */
export async function startVersions({
  product,
  version,
  startAt,
  durationOf = () => 1000,
}: {
  product: Product;
  version: Version;
  /** Epoch milliseconds. */
  startAt: number;
  /** How long the attempts of a job take, in milliseconds. */
  durationOf?: (job: Job) => number;
}) {
  const { client, stop } = await startDynamo();
  let calls = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      calls++;
      return next(args).finally(() => calls--);
    },
    { step: "initialize" },
  );
  /** Resolves once whatever is at work waits for a time. */
  const settled = async () => {
    for (let quiet = 0; quiet < 5; quiet = calls > 0 ? 0 : quiet + 1) await setImmediate();
  };

  const clock = fakeClock(startAt);
  const fakes = fakeServices({ catalog: makeCatalog([product], registry), clock });
  let inFlight: InFlight[] = [];
  const runs: Run[] = [];
  let working = version;

  const send = async (_type: Job["type"], message: JobMessage, { delaySeconds, calls: called }: SendOptions) => {
    const { MessageAttributes = {} } = callsAttributes(called);
    const attributes = Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue, DataType = "" }]) => [
        name,
        { stringValue: StringValue ?? "", dataType: DataType },
      ]),
    );
    const visible = clock.now() + delaySeconds * 1000;
    inFlight.push({ to: "jobs", visible, body: JSON.stringify(message), attributes });
  };
  const queue = {
    reach: new Set(jobTypes),
    send,
    sendMany: async (type: Job["type"], entries: readonly (SendOptions & { message: JobMessage })[]) => {
      for (const { message, ...options } of entries) await send(type, message, options);
      return [];
    },
  };
  const ticks = {
    async send(some: readonly Tick[], now: number) {
      for (const tick of some) {
        const delay = Math.floor(Math.max(0, tick.visible - now) / 1000) * 1000;
        inFlight.push({ to: "pump", visible: clock.now() + delay, body: JSON.stringify({ v: 1, ...tick }) });
      }
    },
  };
  const pauses = withRecent(dynamoPauses({ client, table }), clock);
  const redelivery = { soon: async () => {} };
  const shared = { ...fakes, queue, ticks, pauses, redelivery };
  const storage = { client, table, retentionDays: 30 };
  const services = { ...shared, jobs: dynamoJobStore(storage), gates: dynamoGates(storage) };
  const servicesBefore = { ...shared, jobs: before.dynamoJobStore(storage), gates: before.dynamoGates(storage) };

  const executing =
    (by: Version): Execute =>
    async ({ job }) => {
      const run: Run = { job: job.id, event: job.event, version: by, start: clock.now() };
      runs.push(run);
      await clock.sleep(durationOf(job));
      run.end = clock.now();
      return { done: true };
    };
  const options = { type: "action" as const, random: () => 0.5 };
  const handlers = {
    "today's": {
      jobs: queueHandler(
        () => services,
        JobMessage,
        (of, message, beside) => runJob(of, executing("today's"), message, { ...options, ...beside }),
      ),
      pump: queueHandler(
        () => services,
        TickMessage,
        (of, tick) => tickLine(of, tick),
      ),
    },
    "0.3": {
      jobs: before.queueHandler(
        () => servicesBefore,
        before.JobMessage,
        (of, message) => before.runJob(of, executing("0.3"), message, options),
      ),
    },
  };
  const newRounds = (of: Version): (() => Promise<unknown>) => {
    if (of === "0.3") {
      const memory = before.newMemory();
      return () => before.reconcile(servicesBefore, minute, memory);
    }
    const memory = newMemory();
    return () => reconcile(services, minute, memory);
  };
  let round = newRounds(working);
  let nextRound = startAt + minute;

  async function deliver(message: InFlight): Promise<void> {
    const of = handlers[working];
    const handle = message.to === "jobs" ? of.jobs : "pump" in of ? of.pump : undefined;
    if (!handle) return;
    const receives = (message.receives ?? 0) + 1;
    const record = {
      messageId: "1",
      receiptHandle: "1",
      body: message.body,
      messageAttributes: message.attributes ?? {},
      attributes: { ApproximateReceiveCount: String(receives) },
    };
    const event = { Records: [record] } as unknown as SQSEvent;
    const { batchItemFailures } = await handle(event, { awsRequestId: "1" } as never);
    if (batchItemFailures.length > 0) inFlight.push({ ...message, receives, visible: clock.now() + 5000 * receives });
  }

  const dueAt = () => Math.min(clock.next() ?? Number.POSITIVE_INFINITY, ...inFlight.map((one) => one.visible + lagMs));

  /** Lets time pass: delivers messages and ticks when they come, and runs the reconciler each minute. */
  async function pass(ms: number): Promise<void> {
    const until = clock.now() + ms;
    for (;;) {
      await settled();
      const next = Math.min(dueAt(), nextRound);
      if (next > until) break;
      if (next > clock.now()) await clock.advance(next - clock.now());
      const now = clock.now();
      const come = inFlight.filter((one) => one.visible + lagMs <= now);
      inFlight = inFlight.filter((one) => !come.includes(one));
      for (const message of come) void deliver(message);
      if (now < nextRound) continue;
      nextRound = now + minute;
      void round();
    }
    await clock.advance(until - clock.now());
  }

  return {
    ...services,
    client,
    stop,
    runs,
    pass,
    settled,
    inFlight: () => inFlight,
    logged: fakes.log.lines,
    /** A deployment: queues that the other version does not have go with their messages, and its processes are new. */
    deploy(other: Version) {
      working = other;
      round = newRounds(other);
      if (other === "0.3") inFlight = inFlight.filter(({ to }) => to !== "pump");
    },
    /** Makes a job by the version that works now, and dispatches it. */
    async add(job: Job): Promise<Job> {
      const of = working === "0.3" ? servicesBefore : services;
      await of.jobs.create(job);
      await (working === "0.3" ? before.dispatch(of, job) : dispatch(services, job));
      return job;
    },
    /** Changes a job by the version that works now. */
    change: (id: string, change: Change): Promise<Job> =>
      working === "0.3" ? before.changeJob(servicesBefore, id, change) : changeJob(services, id, change),
    async load(items: readonly Item[], messages: readonly InFlight[] = []) {
      for (const Item of items) await client.send(new PutItemCommand({ TableName: table, Item }));
      inFlight.push(...messages);
    },
    /** All that is stored. */
    async items(): Promise<Item[]> {
      const found: Item[] = [];
      let from: Item | undefined;
      do {
        const page = await client.send(
          new ScanCommand({ TableName: table, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
        );
        found.push(...(page.Items ?? []));
        from = page.LastEvaluatedKey;
      } while (from);
      return found;
    },
  };
}
