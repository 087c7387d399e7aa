import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { JobQueue } from "../core/ports.ts";
import type { Queues } from "./env.ts";

/**
 * SQS refuses a longer MessageGroupId. Two tenants that a cut makes equal lose the fairness between them, nothing else.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const longestGroup = 128;

/** One standard queue a job type; the group makes it a fair queue. */
export const sqsJobQueue = ({ client, queues }: { client: SQSClient; queues: Queues }): JobQueue => ({
  async send(type, message, { delaySeconds, group }) {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queues[type].url,
        MessageBody: JSON.stringify(message),
        DelaySeconds: delaySeconds,
        MessageGroupId: group.slice(0, longestGroup),
      }),
    );
  },
});
