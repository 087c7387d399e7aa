import { FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { LifecycleEnv } from "../../../lambdas/aws/start/env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { allow } from "../../grants/capability.ts";
import type { Config } from "../../settings/config.ts";
import type { StateStack } from "../../stacks/state-stack.ts";
import { DeadLetters } from "../queues/job-queue.ts";
import { folders, removeBlobs, statsAccess } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import { publishedEvents, streamFilter } from "./stream-filter.ts";

export interface LifecycleProps {
  config: Config;
  state: StateStack;
  products: readonly Product[];
  /** The queues of those who tell others. */
  tell: { tasks: Queue; webhooks: Queue };
}

/**
 * Tells the bus and other services of what happens to jobs, counts it, and deletes what they leave in the bucket: fed by the
 * table's stream.
 */
export class Lifecycle extends Construct {
  constructor(scope: Construct, id: string, { config, state, products, tell }: LifecycleProps) {
    super(scope, id);
    const { table, bucket, bus } = state;
    const stream = table.tableStreamArn as string;
    const deadLetters = new DeadLetters(this, "DeadLetters");
    const { lambda } = new EntryFunction<typeof LifecycleEnv>(this, "Entry", {
      entry: "lifecycle",
      description: "Publishes and counts what happens to jobs",
      environment: {
        TABLE_NAME: table.tableName,
        BUCKET_NAME: bucket.bucketName,
        EVENT_BUS_NAME: bus.eventBusName,
        PUBLISH: config.publish.join(","),
        TASK_QUEUE_URL: tell.tasks.queueUrl,
        WEBHOOK_QUEUE_URL: tell.webhooks.queueUrl,
        LIFECYCLE_DLQ_URL: deadLetters.queueUrl,
      },
      timeout: Duration.seconds(60),
      memorySize: 256,
      allow: [
        allow(readStream, [stream]),
        allow(["dynamodb:ListStreams"], ["*"], anyStream),
        allow(["events:PutEvents"], [bus.eventBusArn]),
        statsAccess(state, "dynamodb:UpdateItem"),
        removeBlobs(state, folders.inputs, folders.progress),
        allow(["sqs:SendMessage"], [deadLetters.queueArn, ...Object.values(tell).map(({ queueArn }) => queueArn)]),
      ],
    });
    lambda.addEventSourceMapping("Stream", {
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: streamFilter(publishedEvents(config.publish, products)).map((pattern) => FilterCriteria.filter(pattern)),
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(1),
      // One keeps up with the 1000 writes a second that a shard has at most: a third of them are claims, and a batch of 100
      // takes about 10 ms of a processor, 70 ms of what this memory gives. (If `started` is told it falls behind there, and
      // catches up.) More would make batches smaller, and each costs an invocation and a counter's write.
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      // For a write that makes the function crash or time out: what makes it throw, it sets aside itself.
      bisectBatchOnError: true,
      // The stream forgets after 24 hours; half of that leaves time to look at the dead letters, which name their place in it.
      maxRecordAge: Duration.hours(12),
      retryAttempts: 10_000,
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }
}

/**
 * What an event source mapping asks of a function's role.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-dynamodb-permissions
 */
const readStream = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
const anyStream = "ListStreams names no stream, so IAM checks it against all of them; it reads none.";
