import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context, DynamoDBRecord, SQSEvent } from "aws-lambda";
import { streamFilter } from "../../infra/constructs/functions/stream-filter.ts";
import { routes } from "../../lambdas/api/routes.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import { eventBridgeBus } from "../../lambdas/aws/eventbridge/bus.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { streamHandler } from "../../lambdas/aws/lambda/stream-handler.ts";
import { makeLog } from "../../lambdas/aws/log/log.ts";
import { s3BlobStore } from "../../lambdas/aws/s3/blob-store.ts";
import { eventBridgeScheduler } from "../../lambdas/aws/scheduler/scheduler.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { type RunJobOptions, runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import { JobMessage, type JobType } from "../../lambdas/core/job/job.ts";
import { finalEvents } from "../../lambdas/core/job/job-event.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { Decide } from "../../lambdas/core/operations/execution.ts";
import { recent } from "../../lambdas/core/operations/recent.ts";
import type { Clock } from "../../lambdas/core/ports/ports.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { settings } from "../../test/support/aws/client-settings.ts";
import { startDynamo, table } from "../../test/support/aws/dynamo.ts";
import { fits } from "../../test/support/aws/filter-pattern.ts";
import { queuesAt, typeOfQueue } from "../../test/support/aws/queues.ts";
import { scheduleRoles } from "../../test/support/aws/schedule-roles.ts";
import { fakeDeadLetters } from "../../test/support/fakes/dead-letters.ts";
import { fakeMessageQueue } from "../../test/support/fakes/message-queue.ts";
import { fakeSecrets } from "../../test/support/fakes/secrets.ts";
import { fakeWaits } from "../../test/support/fakes/waits.ts";
import { httpEvent } from "../../test/support/http-event.ts";
import { catalog } from "../demo-catalog.ts";
import { accessLogLine } from "./access-log.ts";
import { answering } from "./answering.ts";
import { remoteMs } from "./assumptions.ts";
import { type Counts, count, noCounts } from "./counts.ts";
import { meteredTable, type Write } from "./metered-table.ts";

// What lines hold on AWS because a function has it there, as long as it is there.
process.env.METRICS_NAMESPACE = "ductape-jobs-prod-service";
process.env._X_AMZN_TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
const context = { awsRequestId: "8f8f0000-0000-4000-8000-000000000000" } as Context;
const requestId = "JKJaXmPLvHcESHA=";

/** The Scheduler fires up to 60 s late; here always in the middle. */
const schedulerLateMs = 30_000;

type Attributes = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["Keys"]>;

/** What the deployment's filter lets through where the settings are the default ones, and no webhook asks for more. */
const waking = streamFilter(new Set(finalEvents));

const recordOf = ({ before, after }: Write, now: number): DynamoDBRecord => ({
  eventName: before ? (after ? "MODIFY" : "REMOVE") : "INSERT",
  dynamodb: {
    Keys: Object.fromEntries(["PK", "SK"].map((key) => [key, (after ?? before)?.[key]])) as Attributes,
    ...(before && { OldImage: before as Attributes }),
    ...(after && { NewImage: after as Attributes }),
    ApproximateCreationDateTime: Math.floor(now / 1000),
    SequenceNumber: "1",
  },
});

const executionMs = 200;

interface Message {
  type: JobType;
  body: string;
  at: number;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/**
 * The handlers on the adapters of AWS, with every request counted. DynamoDB is a server in this process; SQS, the
 * Scheduler, S3 and EventBridge answer at once. Time is virtual. `execute` stands for what a job does.
 */
export async function startWorld(execute: Decide) {
  const dynamo = await startDynamo();
  let counts = noCounts();
  let now = Date.UTC(2030, 0, 1, 12, 0, 7);
  const messages: Message[] = [];
  /** What waits for the lifecycle: the writes that wake it. */
  const records: DynamoDBRecord[] = [];
  const objects = new Map<string, Uint8Array>();

  let executed = 0;

  const clock: Clock = {
    now: () => now,
    async sleep(ms, signal) {
      // With a signal it is a timeout, which never comes here; without one it is time that is billed.
      if (signal) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      now += ms;
      counts.held_ms += ms;
    },
  };
  const sqs = answering(new SQSClient(settings), "sqs", () => counts, {
    SendMessage({ QueueUrl, MessageBody, DelaySeconds = 0 }) {
      counts.queue_request++;
      const type = typeByUrl.get(QueueUrl as string) as JobType;
      messages.push({ type, body: MessageBody as string, at: now + 1000 * (DelaySeconds as number) });
      return {};
    },
  });
  const scheduler = answering(new SchedulerClient(settings), "scheduler", () => counts, {
    CreateSchedule({ ScheduleExpression, Target }) {
      counts.schedule++;
      const { Arn, Input } = Target as { Arn: string; Input: string };
      const at = Date.parse(`${/^at\((.*)\)$/.exec(ScheduleExpression as string)?.[1]}Z`) + schedulerLateMs;
      // The Scheduler's own send is a request to the queue like any other.
      counts.queue_request++;
      messages.push({ type: typeOfQueue(Arn), body: Input, at });
      return {};
    },
  });
  const s3 = answering(new S3Client(settings), "s3", () => counts, {
    PutObject({ Key, Body }) {
      counts.bucket_put++;
      objects.set(Key as string, Body as Uint8Array);
      return {};
    },
    GetObject({ Key }) {
      counts.bucket_get++;
      return { Body: { transformToByteArray: async () => objects.get(Key as string) } };
    },
  });
  const events = answering(new EventBridgeClient(settings), "events", () => counts, {
    PutEvents({ Entries }) {
      counts.bus_event += (Entries as unknown[]).length;
      return { FailedEntryCount: 0, Entries: (Entries as unknown[]).map(() => ({ EventId: "1" })) };
    },
  });
  const queues = queuesAt("http://sqs");
  const typeByUrl = new Map(Object.entries(queues).map(([type, { url }]) => [url, type as JobType]));
  const metered = meteredTable(
    dynamo.endpoint,
    () => counts,
    (write) => {
      const record = recordOf(write, now);
      if (waking.some((pattern) => fits(record, pattern))) records.push(record);
    },
  );
  const services = {
    catalog,
    jobs: dynamoJobStore({ client: metered, table, retentionDays: 30 }),
    stats: dynamoStatsStore({ client: metered, table }),
    queue: sqsJobQueue({ client: sqs, queues }),
    scheduler: eventBridgeScheduler({
      client: scheduler,
      queues,
      group: "jobs",
      roles: scheduleRoles,
      deadLetterArn: "dlq",
    }),
    blobs: s3BlobStore({ client: s3, bucket: "blobs" }),
    secrets: fakeSecrets({}),
    clock,
  };
  const servicesOf = (name: string) => ({ ...services, log: makeLog(name) });
  const [ofApi, ofConsumer, ofReconciler] = [
    servicesOf("api"),
    servicesOf("consumer-action"),
    servicesOf("reconciler"),
  ];
  const run: Decide = (...what) => {
    executed++;
    // What a job does takes a moment: where time stood still, an entry of the index that is about a time would not move.
    now += executionMs;
    return execute(...what);
  };
  const api = httpApi(() => ({ ...ofApi, limits: defaultLimits, waits: fakeWaits() }), routes);
  const consumerOf = (run: Decide, options: RunJobOptions = {}) =>
    queueHandler(
      () => ({ ...ofConsumer, redelivery: { soon: async () => {} } }),
      JobMessage,
      (all, message) => runJob(all, run, message, { ...options, random: () => 0.5 }),
    );
  const consumer = consumerOf(run);
  const decider = consumerOf(decide, { wakeUps: true });
  const bus = eventBridgeBus({ client: events, bus: "jobs", clock });
  const lifecycle = streamHandler(
    () => ({
      bus,
      stats: services.stats,
      blobs: services.blobs,
      tasks: fakeMessageQueue(),
      webhooks: fakeMessageQueue(),
      endpoints: [],
      deadLetters: fakeDeadLetters(),
      told: recent(),
      log: makeLog("lifecycle"),
      publish: new Set(finalEvents),
    }),
    handleChanges,
  );

  /** Runs a handler, and counts it and the bytes that it logs. */
  async function invoke<T>(name: string, run: () => Promise<T>): Promise<T> {
    count(counts.invocations, name);
    const before = remoteMs(counts.calls);
    const write = process.stdout.write;
    process.stdout.write = ((line: string) => {
      counts.log_bytes += Buffer.byteLength(line);
      counts.log_lines++;
      return true;
    }) as typeof write;
    try {
      return await run();
    } finally {
      process.stdout.write = write;
      count(counts.remote_ms, name, remoteMs(counts.calls) - before);
    }
  }

  return {
    async request(method: string, path: string, body?: unknown) {
      counts.http_request++;
      const event = httpEvent({ method, path, ...(body !== undefined && { body }) });
      event.requestContext.requestId = requestId;
      const answer = (await invoke("api", () => api(event, context))) as { statusCode: number; body: string };
      const responseBytes = Buffer.byteLength(answer.body);
      const line = accessLogLine({ method, path, status: answer.statusCode, requestId, responseBytes });
      counts.access_log_bytes += Buffer.byteLength(line);
      return answer;
    },

    /** Delivers every message at its time, one a batch, until there are none or so many runs of a series, or steps, have ended. */
    async drain(runs = Number.POSITIVE_INFINITY) {
      for (const last = executed + runs; messages.length > 0 && executed < last; ) {
        const next = messages.reduce((a, b) => (b.at < a.at ? b : a));
        messages.splice(messages.indexOf(next), 1);
        now = Math.max(now, next.at);
        // The event source receives it and deletes it.
        counts.queue_request += 2;
        const event = { Records: [{ messageId: "1", body: next.body }] } as SQSEvent;
        const consume = next.type === "feature" ? decider : consumer;
        const answer = await invoke("consumer", () => consume(event, context));
        if (answer.batchItemFailures.length > 0) throw new Error("the consumer failed");
      }
    },

    /** Gives the stream's records to the lifecycle, so many at a time. */
    async stream(batchSize: number) {
      while (records.length > 0) {
        const Records = records.splice(0, batchSize);
        await invoke("lifecycle", () => lifecycle({ Records }, context));
      }
    },

    async reconcile() {
      await invoke("reconciler", () => reconcile(ofReconciler));
    },

    /** What was counted since it was last asked. */
    counted(): Counts {
      const soFar = counts;
      counts = noCounts();
      return soFar;
    },

    now: () => now,
    stop: dynamo.stop,
  };
}
