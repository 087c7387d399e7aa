import { deadLetterRetentionDays, type QueueName } from "../../lambdas/topology.ts";
import { dlqName, queueArn, queueName } from "../runtime/names.ts";
import { deadLetterQueueNames, queuePlans } from "../runtime/plans.ts";

/** A queue to create on this machine, with its attributes as SQS takes them. */
export interface LocalQueue {
  name: string;
  attributes: Record<string, string>;
}

/** The queues of a deployment. Dead-letter queues come first, because the others refer to them. */
export const localQueues = (): LocalQueue[] => [
  ...deadLetterQueueNames.map((name) => ({
    name: dlqName(name),
    attributes: { MessageRetentionPeriod: String(deadLetterRetentionDays * 24 * 3600) },
  })),
  ...Object.entries(queuePlans).map(([name, { visibilitySeconds, retentionSeconds, deadLetters, receives }]) => ({
    name: queueName(name as QueueName),
    attributes: {
      VisibilityTimeout: String(visibilitySeconds),
      MessageRetentionPeriod: String(retentionSeconds),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn(dlqName(deadLetters)),
        maxReceiveCount: receives,
      }),
    },
  })),
];
