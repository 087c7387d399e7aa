import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { WebhooksEnv } from "../../../lambdas/aws/start/env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { allow } from "../../grants/capability.ts";
import { webhookGrants } from "../../grants/references.ts";
import { type Config, environmentOf } from "../../settings/config.ts";
import { queuePlans } from "../../settings/plans.ts";
import type { JobsState } from "../jobs-state.ts";
import { JobQueue } from "../queues/job-queue.ts";
import { endpointAccess, noteSentDeliveries } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";

/** Sends what happens to jobs to the webhooks of the catalog. */
export class Webhooks extends Construct {
  /** What is to be sent to them. */
  readonly queue: Queue;

  constructor(
    scope: Construct,
    id: string,
    { config, state, products }: { config: Config; state: JobsState; products: readonly Product[] },
  ) {
    super(scope, id);
    const { table, bus } = state;
    const plan = queuePlans.webhooks;
    const { queue, deadLetters } = new JobQueue(this, "Queue", plan);
    this.queue = queue;
    const entry = new EntryFunction<typeof WebhooksEnv>(this, "Entry", {
      entry: "webhooks",
      description: "Sends webhooks",
      environment: {
        TABLE_NAME: table.tableName,
        EVENT_BUS_NAME: bus.eventBusName,
        WEBHOOK_QUEUE_URL: queue.queueUrl,
        WEBHOOK_DLQ_URL: deadLetters.queueUrl,
        RETENTION_DAYS: environmentOf("jobs", config).RETENTION_DAYS,
      },
      // A delivery that failed sends itself again, in steps of up to 15 minutes. The number of its attempts bounds it.
      loops: true,
      allow: [
        endpointAccess(state),
        noteSentDeliveries(state),
        allow(["events:PutEvents"], [bus.eventBusArn]),
        // It moves to the dead-letter queue what AWS will never accept.
        allow(["sqs:SendMessage"], [queue.queueArn, deadLetters.queueArn]),
        ...webhookGrants(Stack.of(this), products),
      ],
    });
    entry.fedBy(queue, plan);
  }
}
