import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { TasksEnv } from "../../../lambdas/aws/start/env.ts";
import { allow } from "../../grants/capability.ts";
import { queuePlans } from "../../settings/plans.ts";
import { JobQueue } from "../queues/job-queue.ts";
import { accessTo, folders } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";
import type { Platform } from "./platform.ts";

/** Sends heartbeats and outcomes to the Step Functions tasks that wait for jobs. */
export class Tasks extends Construct {
  /** What is to be sent to them. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    const { table, bucket } = platform.state;
    const plan = queuePlans.tasks;
    const { queue, deadLetters } = new JobQueue(this, "Queue", plan);
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
      // Each heartbeat sends the message of the next one, until the job or the task ends.
      loops: true,
      allow: [
        may.readJobs(),
        ...may.readBlobs(folders.results),
        // It moves to the dead-letter queue what AWS will never accept.
        allow(["sqs:SendMessage"], [queue.queueArn, deadLetters.queueArn]),
        allow(["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"], ["*"], anyTask),
      ],
    });
    entry.fedBy(queue, plan);
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
const anyTask =
  "A task is named by its token alone: IAM supports no narrower resource than every state machine of the account.";
