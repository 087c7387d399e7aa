import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { WebhooksEnv } from "../../../lambdas/aws/start/env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { allow } from "../../grants/capability.ts";
import { webhookGrants } from "../../grants/references.ts";
import type { StateStack } from "../../stacks/state-stack.ts";
import { JobQueue } from "../queues/job-queue.ts";
import { endpointAccess } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";

/** Tells the webhooks of the catalog what happens to jobs. */
export class Webhooks extends Construct {
  /** What they are to be told. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { state, products }: { state: StateStack; products: readonly Product[] }) {
    super(scope, id);
    const { table, bus } = state;
    // An endpoint has 15 s to answer; reading its secrets and writing its state come on top.
    const timeout = Duration.seconds(45);
    const { queue, deadLetters } = new JobQueue(this, "Queue", { consumerTimeout: timeout });
    this.queue = queue;
    const entry = new EntryFunction<typeof WebhooksEnv>(this, "Entry", {
      entry: "webhooks",
      description: "Sends webhooks",
      environment: {
        TABLE_NAME: table.tableName,
        EVENT_BUS_NAME: bus.eventBusName,
        WEBHOOK_QUEUE_URL: queue.queueUrl,
        WEBHOOK_DLQ_URL: deadLetters.queueUrl,
      },
      timeout,
      memorySize: 256,
      // A delivery that failed sends itself again, 15 minutes nearer to its time each time. Its attempts bound it.
      loops: true,
      allow: [
        endpointAccess(state),
        allow(["events:PutEvents"], [bus.eventBusArn]),
        // What AWS will never take is put aside at once.
        allow(["sqs:SendMessage"], [queue.queueArn, deadLetters.queueArn]),
        ...webhookGrants(Stack.of(this), products),
      ],
    });
    // Fair queues keep one endpoint's backlog from the others; this keeps all of them from the account's functions.
    entry.fedBy(queue, 10);
  }
}
