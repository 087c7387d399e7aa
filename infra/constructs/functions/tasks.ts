import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { TasksEnv } from "../../../lambdas/aws/start/env.ts";
import { allow } from "../../grants/capability.ts";
import { JobQueue } from "../queues/job-queue.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import type { Platform } from "./platform.ts";

/** Tells the tasks of Step Functions that wait for jobs that these go on, and how they end. */
export class Tasks extends Construct {
  /** What they are to be told. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const { table, bucket } = platform.state;
    const timeout = Duration.seconds(30);
    const { queue, deadLetters } = new JobQueue(this, "Queue", { consumerTimeout: timeout });
    this.queue = queue;
    const may = accessTo(platform);
    const entry = new EntryFunction<typeof TasksEnv>(this, "Entry", {
      entry: "tasks",
      description: "Answers the tasks of Step Functions",
      environment: {
        TABLE_NAME: table.tableName,
        BUCKET_NAME: bucket.bucketName,
        TASK_QUEUE_URL: queue.queueUrl,
        TASK_DLQ_URL: deadLetters.queueUrl,
      },
      timeout,
      memorySize: 256,
      // Each heartbeat sends the message of the next one; the end of the job, or of the task, ends the chain.
      loops: true,
      allow: [
        may.readJobs(),
        may.readBlobs(folders.results),
        may.missBlobs(),
        // What AWS will never take is put aside at once.
        allow(["sqs:SendMessage"], [queue.queueArn, deadLetters.queueArn]),
        allow(["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"], ["*"], anyTask),
      ],
    });
    entry.fedBy(queue, 10);
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
const anyTask =
  "A task is named by its token alone: IAM knows no narrower resource than every state machine of the account.";
