import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { LifecycleEnv } from "../../lambdas/aws/env.ts";
import { allow } from "../capability.ts";
import type { Config } from "../config.ts";
import type { StateStack } from "../stacks/state-stack.ts";
import { statsAccess } from "./access.ts";
import { EntryFunction } from "./entry-function.ts";
import { DeadLetters } from "./job-queue.ts";

/** What wakes it: a job that was stored or changed. Counters are items of the same table, and what expires is no news. */
const writesOfJobs = FilterCriteria.filter({
  eventName: FilterRule.or("INSERT", "MODIFY"),
  dynamodb: { Keys: { SK: { S: FilterRule.isEqual("STATE") } } },
});

export interface LifecycleProps {
  config: Config;
  state: StateStack;
  /** The queues of those who tell others. */
  tell: { tasks: Queue; webhooks: Queue };
}

/** Tells the bus and other services of what happens to jobs, and counts it: fed by the table's stream. */
export class Lifecycle extends Construct {
  constructor(scope: Construct, id: string, { config, state, tell }: LifecycleProps) {
    super(scope, id);
    const { table, bus } = state;
    const stream = table.tableStreamArn as string;
    const deadLetters = new DeadLetters(this, "DeadLetters");
    const { lambda } = new EntryFunction<typeof LifecycleEnv>(this, "Entry", {
      entry: "lifecycle",
      description: "Publishes and counts what happens to jobs",
      environment: {
        TABLE_NAME: table.tableName,
        EVENT_BUS_NAME: bus.eventBusName,
        PUBLISH: config.publish.join(","),
        TASK_QUEUE_URL: tell.tasks.queueUrl,
        WEBHOOK_QUEUE_URL: tell.webhooks.queueUrl,
      },
      timeout: Duration.seconds(60),
      memorySize: 256,
      allow: [
        allow(readStream, [stream]),
        allow(["events:PutEvents"], [bus.eventBusArn]),
        statsAccess(state, "dynamodb:UpdateItem"),
        allow(["sqs:SendMessage"], [deadLetters.queueArn, ...Object.values(tell).map(({ queueArn }) => queueArn)]),
      ],
    });
    lambda.addEventSourceMapping("Stream", {
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [writesOfJobs],
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(1),
      // Within a shard batches go by partition key, so the order of each job is kept. Two keep up with the 1000 writes a
      // second that a shard has at most; more would make batches smaller, and each costs an invocation and a counter's write.
      parallelizationFactor: 2,
      reportBatchItemFailures: true,
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
const readStream = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];
