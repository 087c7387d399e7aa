import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { BusEvent } from "../outbox/events.ts";

/** The stack's rule on the bus: events of others that ask for a job go to the intake's queue, in their envelope. */
export const requestRule = (sqs: SQSClient, QueueUrl: string) => async (event: BusEvent) => {
  if (event["detail-type"] !== "schedule-job" || event.source === "ductape.jobs") return;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
};
