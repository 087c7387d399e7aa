import type { Context, DynamoDBRecord, SQSEvent } from "aws-lambda";
import { streamFilter } from "../../infra/constructs/functions/stream-filter.ts";
import { routes } from "../../lambdas/api/routes.ts";
import { whileValid } from "../../lambdas/api/while-valid.ts";
import { withinRate } from "../../lambdas/api/within-rate.ts";
import { dynamoAnswers } from "../../lambdas/aws/dynamodb/answers.ts";
import { dynamoApprovals } from "../../lambdas/aws/dynamodb/approvals.ts";
import { dynamoAudit } from "../../lambdas/aws/dynamodb/audit.ts";
import { dynamoRequests } from "../../lambdas/aws/dynamodb/caller-counts.ts";
import { dynamoDefinitions } from "../../lambdas/aws/dynamodb/definitions.ts";
import { dynamoDueCounts } from "../../lambdas/aws/dynamodb/due-counts.ts";
import { dynamoFailures } from "../../lambdas/aws/dynamodb/failures.ts";
import { dynamoGates } from "../../lambdas/aws/dynamodb/gates.ts";
import { dynamoIncidents } from "../../lambdas/aws/dynamodb/incidents.ts";
import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoOperations } from "../../lambdas/aws/dynamodb/operations.ts";
import { dynamoPauses } from "../../lambdas/aws/dynamodb/pauses.ts";
import { dynamoResultCache } from "../../lambdas/aws/dynamodb/result-cache.ts";
import { dynamoRollUps } from "../../lambdas/aws/dynamodb/roll-ups.ts";
import { dynamoRunLogs } from "../../lambdas/aws/dynamodb/run-logs.ts";
import { dynamoSharedKeys } from "../../lambdas/aws/dynamodb/shared-keys.ts";
import { dynamoSignals } from "../../lambdas/aws/dynamodb/signals.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import { dynamoUnscheduled } from "../../lambdas/aws/dynamodb/unscheduled.ts";
import { eventBridgeBus } from "../../lambdas/aws/eventbridge/bus.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { queueHandler } from "../../lambdas/aws/lambda/queue-handler.ts";
import { streamHandler } from "../../lambdas/aws/lambda/stream-handler.ts";
import { makeLog } from "../../lambdas/aws/log/log.ts";
import { s3BlobStore } from "../../lambdas/aws/s3/blob-store.ts";
import { eventBridgeScheduler } from "../../lambdas/aws/scheduler/scheduler.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { sqsTicks } from "../../lambdas/aws/sqs/ticks.ts";
import { type RunJobOptions, runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../lambdas/consumers/types/feature/execute.ts";
import { JobMessage, type JobType } from "../../lambdas/core/job/job.ts";
import { finalEvents } from "../../lambdas/core/job/job-event.ts";
import type { OperationMessage } from "../../lambdas/core/job/operation.ts";
import type { RelayMessage } from "../../lambdas/core/job/relay-message.ts";
import { recent } from "../../lambdas/core/kernel/recent.ts";
import { TickMessage } from "../../lambdas/core/limits/pump.ts";
import { defaultLimits } from "../../lambdas/core/operations/api-limits.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import { hotMinutes } from "../../lambdas/core/operations/hot-minutes.ts";
import { withRecent } from "../../lambdas/core/operations/recent-pauses.ts";
import { tickLine } from "../../lambdas/core/operations/tick.ts";
import type { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import type { Delivery } from "../../lambdas/core/outbound/webhook.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Endpoints } from "../../lambdas/core/ports/endpoints.ts";
import type { Failures } from "../../lambdas/core/ports/failures.ts";
import type { HookDeliveries } from "../../lambdas/core/ports/hook-deliveries.ts";
import type { MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Operations } from "../../lambdas/core/ports/operations.ts";
import type { RoundPlaces } from "../../lambdas/core/ports/round-places.ts";
import type { SearchIndex } from "../../lambdas/core/ports/search-index.ts";
import type { Secrets } from "../../lambdas/core/ports/secrets.ts";
import type { SentDeliveries } from "../../lambdas/core/ports/sent-deliveries.ts";
import type { Sessions } from "../../lambdas/core/ports/sessions.ts";
import type { Spans } from "../../lambdas/core/ports/spans.ts";
import type { Waits } from "../../lambdas/core/ports/waits.ts";
import { handleChanges } from "../../lambdas/lifecycle/handle.ts";
import { countHotMinutes } from "../../lambdas/reconciler/hot-minutes.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { catalog as demo } from "../demo-catalog.ts";
import { scheduleRoles, table } from "../support/aws.ts";
import { type Asked, httpEvent } from "../support/http-event.ts";
import { nonePaused } from "../support/none-paused.ts";
import { only } from "../support/only.ts";
import { accessLogLine } from "./access-log.ts";
import { answeredAws, type Message, receivedAttributes } from "./answered-aws.ts";
import { remoteMs } from "./assumptions.ts";
import { captured } from "./captured.ts";
import { type Counts, count, noCounts } from "./counts.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { fits } from "./filter-pattern.ts";
import { meteredTable, type Write } from "./metered-table.ts";
import { rememberingPins } from "./remembering-pins.ts";
import { recordOf } from "./stream-record.ts";

// As long as those of a function on AWS, for its log lines.
process.env.METRICS_NAMESPACE = "ductape-jobs-prod-service";
process.env._X_AMZN_TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
const context = { awsRequestId: "8f8f0000-0000-4000-8000-000000000000" } as Context;
const requestId = "JKJaXmPLvHcESHA=";

/** The filter of a deployment with the default settings and no webhooks. */
const waking = streamFilter(new Set(finalEvents));

const executionMs = 200;

export type World = Awaited<ReturnType<typeof startWorld>>;

/**
 * The handlers on their AWS adapters, with every request counted. DynamoDB is a server in this process; SQS, the
 * Scheduler, S3 and EventBridge answer at once. Time is virtual. `execute` stands for what a job does; it may deliver the
 * messages of other jobs meanwhile. `written` gets every write that took effect.
 */
export async function startWorld(
  execute: ExecuteWithServices,
  catalog = demo,
  written: (write: Write) => void = () => {},
  { spans }: { spans?: Spans } = {},
) {
  const dynamo = await startDynamoDb();
  let counts = noCounts();
  let now = Date.UTC(2030, 0, 1, 12, 0, 7);
  const messages: Message[] = [];
  /** The writes that wake the lifecycle and wait for it. */
  const records: DynamoDBRecord[] = [];

  let executed = 0;
  /** Milliseconds of remote calls that were made by invocations within the one that runs. */
  let innerMs = 0;

  const clock: Clock = {
    now: () => now,
    async sleep(ms, signal) {
      // With a signal this is a timeout, which is never reached here; without one it is a wait, which is billed.
      if (signal) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      now += ms;
      counts.held_ms += ms;
    },
  };
  const { queues, pumpUrl, sqs, scheduler, s3, events } = answeredAws({
    counts: () => counts,
    now: () => now,
    sent: (message) => messages.push(message),
  });
  const metered = meteredTable(
    dynamo.endpoint,
    () => counts,
    (write) => {
      written(write);
      const record = recordOf(write, now);
      if (waking.some((pattern) => fits(record, pattern))) records.push(record);
    },
  );
  const dueCounts = dynamoDueCounts({ client: metered, table });
  const services = {
    catalog,
    jobs: dynamoJobStore({ client: metered, table, retentionDays: 30 }),
    stats: dynamoStatsStore({ client: metered, table }),
    queue: sqsJobQueue({ client: sqs, queues }),
    unscheduled: dynamoUnscheduled({ client: metered, table }),
    dueCounts,
    hot: hotMinutes(dueCounts),
    scheduler: eventBridgeScheduler({
      client: scheduler,
      queues,
      group: "jobs",
      roles: scheduleRoles,
      deadLetterArn: "dlq",
    }),
    blobs: s3BlobStore({ client: s3, bucket: "blobs" }),
    resultCache: dynamoResultCache({ client: metered, table }),
    definitions: dynamoDefinitions({ client: metered, table }),
    signals: dynamoSignals({ client: metered, table }),
    runLogs: dynamoRunLogs({ client: metered, table }),
    approvals: dynamoApprovals({ client: metered, table }),
    answers: dynamoAnswers({ client: metered, table, retentionDays: 30 }),
    gates: rememberingPins(dynamoGates({ client: metered, table })),
    ticks: sqsTicks({ client: sqs, url: pumpUrl }),
    secrets: only<Secrets>("secrets"),
    // A process reads them every few seconds, whatever it runs: that is no part of what a job costs (docs/operations/costs.md).
    pauses: nonePaused(),
    traces: spans !== undefined,
    clock,
  };
  const servicesOf = (name: string) => ({ ...services, log: makeLog(name) });
  const [ofApi, ofConsumer] = [servicesOf("api"), servicesOf("consumer-action")];
  const ofReconciler = servicesOf("reconciler");
  const relays = only<MessageQueue<RelayMessage>>("relays");
  // Without alerts it is not called: what it costs would be counted.
  const incidents = dynamoIncidents({ client: metered, table });
  const rollUps = dynamoRollUps({ client: metered, table });
  // A process reads once how far the one before has come, and notes it only in a large catalog: that is no part of a round.
  const roundPlaces: RoundPlaces = { get: async () => undefined, put: async () => {} };
  const run: ExecuteWithServices = (...what) => {
    executed++;
    // A job takes a moment: if time stood still, an index entry whose key has a time would not move.
    now += executionMs;
    return execute(...what);
  };
  const api = httpApi(
    () => ({
      ...ofApi,
      limits: defaultLimits,
      waits: only<Waits>("waits"),
      requests: dynamoRequests({ client: metered, table }),
      sharedKeys: dynamoSharedKeys({ client: metered, table }),
      failures: only<Failures>("failures"),
      incidents,
      rollUps,
      audit: dynamoAudit({ client: metered, table, days: 400 }),
      searchIndex: only<SearchIndex>("searchIndex"),
      operations: only<Operations>("operations"),
      turns: only<MessageQueue<OperationMessage>>("turns"),
      endpoints: only<Endpoints>("endpoints"),
      hookDeliveries: only<HookDeliveries>("hookDeliveries"),
      sentDeliveries: only<SentDeliveries>("sentDeliveries"),
      webhooks: only<MessageQueue<Delivery>>("webhooks"),
      sessions: only<Sessions>("sessions"),
    }),
    routes.map(withinRate).map(whileValid),
  );
  const redelivery = { soon: async () => {} };
  const consumerOf = (type: JobType) => {
    const isDecider = type === "feature";
    const options: RunJobOptions = { type, random: () => 0.5, ...(isDecider && { policy: decisionPolicy }) };
    return queueHandler(
      () => ({ ...ofConsumer, redelivery }),
      JobMessage,
      (all, message, beside) => runJob(all, isDecider ? decide : run, message, { ...options, ...beside }),
    );
  };
  const pump = queueHandler(() => ({ ...servicesOf("pump"), redelivery }), TickMessage, tickLine);
  const bus = eventBridgeBus({ client: events, bus: "jobs", clock });
  const lifecycle = streamHandler(
    () => ({
      bus,
      stats: services.stats,
      failures: dynamoFailures({ client: metered, table }),
      blobs: services.blobs,
      tasks: only<MessageQueue<TaskMessage>>("tasks"),
      webhooks: only<MessageQueue<Delivery>>("webhooks"),
      endpoints: [],
      signals: services.signals,
      runLogs: services.runLogs,
      queue: services.queue,
      clock,
      deadLetters: only("deadLetters"),
      recentlySent: recent(),
      log: makeLog("lifecycle"),
      publish: new Set(finalEvents),
      ...(spans && { spans }),
    }),
    handleChanges,
  );

  /** Runs a handler and counts the invocation and the bytes that it logs. */
  async function invoke<T>(name: string, run: () => Promise<T>): Promise<T> {
    count(counts.invocations, name);
    const before = remoteMs(counts.calls);
    const outerMs = innerMs;
    innerMs = 0;
    try {
      return await captured(run, (line) => {
        counts.log_bytes += Buffer.byteLength(line);
        counts.log_lines++;
      });
    } finally {
      const allMs = remoteMs(counts.calls) - before;
      count(counts.remote_ms, name, allMs - innerMs);
      innerMs = outerMs + allMs;
    }
  }

  return {
    async request(
      method: string,
      path: string,
      body?: unknown,
      query: Record<string, string> = {},
      more: Pick<Asked, "headers" | "key"> = {},
    ) {
      counts.http_request++;
      const event = httpEvent({ method, path, body, query, requestId, ...more });
      const answer = (await invoke("api", () => api(event, context))) as { statusCode: number; body: string };
      const responseBytes = Buffer.byteLength(answer.body);
      const line = accessLogLine({ method, path, status: answer.statusCode, requestId, responseBytes });
      counts.access_log_bytes += Buffer.byteLength(line);
      return answer;
    },

    /**
     * Delivers every message at its time, one per batch, until none is left, or none that is visible by `until`, or `runs` runs or
     * steps have ended.
     */
    async drain({ runs = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = {}) {
      for (const last = executed + runs; messages.length > 0 && executed < last; ) {
        const next = messages.reduce((a, b) => (b.at < a.at ? b : a));
        if (next.at > until) return;
        messages.splice(messages.indexOf(next), 1);
        now = Math.max(now, next.at);
        // The event source receives it and deletes it.
        counts.queue_request += 2;
        const { type, body, attributes } = next;
        const record = { messageId: "1", body, messageAttributes: receivedAttributes(attributes) };
        const event = { Records: [record] } as SQSEvent;
        const [name, consume] = type === "pump" ? (["pump", pump] as const) : (["consumer", consumerOf(type)] as const);
        const answer = await invoke(name, () => consume(event, context));
        if (answer.batchItemFailures.length > 0) throw new Error(`the ${name} failed`);
      }
    },

    /** Gives the records of the stream to the lifecycle in batches. */
    async stream(batchSize: number) {
      while (records.length > 0) {
        const Records = records.splice(0, batchSize);
        await invoke("lifecycle", () => lifecycle({ Records }, context));
      }
    },

    async reconcile() {
      const pauses = withRecent(dynamoPauses({ client: metered, table }), clock);
      await invoke("reconciler", async () => {
        const { looked, dispatched, failed } = await reconcile({
          ...ofReconciler,
          pauses,
          relays,
          roundPlaces,
          rollUps,
          incidents,
          operations: dynamoOperations({ client: metered, table }),
          turns: only<MessageQueue<OperationMessage>>("turns"),
        });
        const hot_minutes = await countHotMinutes(ofReconciler);
        ofReconciler.log.measure("reconciled", {
          values: {
            looked,
            redispatched: dispatched,
            redispatches_failed: failed,
            nudged: dispatched,
            nudges_failed: failed,
            hot_minutes,
          },
        });
      });
    },

    /** What has been counted since the last call. */
    counted(): Counts {
      const soFar = counts;
      counts = noCounts();
      return soFar;
    },

    now: () => now,

    /** Lets time pass, for a job that takes longer than others. */
    pass(ms: number): void {
      now += ms;
    },

    stop: dynamo.stop,
  };
}
