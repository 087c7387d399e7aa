import { FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { AlertingEnv, EnvOf, LifecycleEnv } from "../../../lambdas/aws/start/env.ts";
import { alertJobTypes, hasAlerts } from "../../../lambdas/core/catalog/alerts.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import { stream } from "../../../lambdas/topology.ts";
import { allow } from "../../grants/capability.ts";
import { spansGrants } from "../../grants/references.ts";
import { type Config, environmentOf } from "../../settings/config.ts";
import type { JobsState } from "../jobs-state.ts";
import { DeadLetters, type JobQueue } from "../queues/job-queue.ts";
import {
  errorsAccess,
  folders,
  incidentsAccess,
  makeAlertJobs,
  removeBlobs,
  removeRunLogs,
  signalsAccess,
  statsAccess,
} from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { anyStream, readStream } from "./read-stream.ts";
import { publishedEvents, streamFilter } from "./stream-filter.ts";

interface LifecycleProps {
  config: Config;
  state: JobsState;
  products: readonly Product[];
  /** The queues of the functions that notify Step Functions tasks and webhooks, and of the jobs that messages wake. */
  outbound: { tasks: Queue; webhooks: Queue; features: Queue };
  /** The queues of jobs, for those that tell receivers of alerts, and what they are called in an environment. */
  jobs: { queues: Record<JobType, JobQueue>; urls: string };
}

/**
 * Publishes what happens to jobs to the bus, to waiting tasks and to webhooks, counts it, deletes what jobs leave in the
 * bucket, and wakes the runs that wait for a message whose sender has died. Fed by the table's stream.
 */
export class Lifecycle extends Construct {
  constructor(scope: Construct, id: string, { config, state, products, outbound, jobs }: LifecycleProps) {
    super(scope, id);
    const { table, bucket, bus } = state;
    const eventSourceArn = table.tableStreamArn as string;
    const deadLetters = new DeadLetters(this, "DeadLetters");
    const tells = products.some(hasAlerts);
    const toldBy = alertJobTypes(products).map((type) => jobs.queues[type].queue.queueArn);
    const { lambda } = new EntryFunction<typeof LifecycleEnv>(this, "Entry", {
      entry: "lifecycle",
      description: "Publishes and counts what happens to jobs",
      environment: {
        TABLE_NAME: table.tableName,
        BUCKET_NAME: bucket.bucketName,
        EVENT_BUS_NAME: bus.eventBusName,
        PUBLISH: config.publish.join(","),
        TASK_QUEUE_URL: outbound.tasks.queueUrl,
        WEBHOOK_QUEUE_URL: outbound.webhooks.queueUrl,
        FEATURE_QUEUE_URL: outbound.features.queueUrl,
        LIFECYCLE_DLQ_URL: deadLetters.queueUrl,
      },
      allow: [
        allow(readStream, [eventSourceArn]),
        allow(["dynamodb:ListStreams"], ["*"], anyStream),
        allow(["events:PutEvents"], [bus.eventBusArn]),
        statsAccess(state, "dynamodb:GetItem", "dynamodb:UpdateItem"),
        errorsAccess(state, "dynamodb:GetItem", "dynamodb:UpdateItem"),
        // What fails is counted by its cause, and receivers are told by jobs.
        ...(tells ? [incidentsAccess(state), errorsAccess(state, "dynamodb:Query"), makeAlertJobs(state)] : []),
        // Who waits for messages, and the notes of runs that do not wait any more.
        signalsAccess(state, "dynamodb:Query", "dynamodb:DeleteItem"),
        removeBlobs(state, folders.inputs, folders.progress, folders.runs),
        removeRunLogs(state),
        ...(config.otlpSecret === undefined ? [] : spansGrants(Stack.of(this), config.otlpSecret)),
        allow(
          ["sqs:SendMessage"],
          [deadLetters.queueArn, ...Object.values(outbound).map(({ queueArn }) => queueArn), ...toldBy],
        ),
      ],
    });
    if (config.otlpEndpoint !== undefined) lambda.addEnvironment("OTLP_ENDPOINT", config.otlpEndpoint);
    if (config.otlpSecret !== undefined) lambda.addEnvironment("OTLP_SECRET", config.otlpSecret);
    if (tells) {
      const { RETENTION_DAYS, INDEX_SHARDS, INDEX_SHARDS_READ } = environmentOf("jobs", config);
      const alerting: Omit<Required<EnvOf<typeof AlertingEnv>>, "TABLE_NAME"> = {
        ...{ QUEUES: jobs.urls, RETENTION_DAYS, INDEX_SHARDS, INDEX_SHARDS_READ },
      };
      for (const [name, value] of Object.entries(alerting)) lambda.addEnvironment(name, value);
    }
    lambda.addEventSourceMapping("Stream", {
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: streamFilter(publishedEvents(config.publish, products)).map((pattern) => FilterCriteria.filter(pattern)),
      batchSize: stream.batchSize,
      maxBatchingWindow: Duration.seconds(stream.windowSeconds),
      // One invocation at a time keeps up with the 1000 writes per second that a shard takes: a third of them are claims, and a
      // batch of 100 needs about 10 ms of a processor, which is 70 ms at this memory size. (If `started` is published it falls
      // behind there, and catches up.) More would make batches smaller, and each costs an invocation and a write of counters.
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      // For a record that crashes the function or makes it time out. Records that make it throw are set aside by the function.
      bisectBatchOnError: true,
      // The stream keeps records for 24 hours. Half of that leaves time to read the dead letters, which name their records.
      maxRecordAge: Duration.hours(12),
      retryAttempts: 10_000,
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }
}
