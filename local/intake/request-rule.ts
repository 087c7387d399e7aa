import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { jsonForSqs } from "../../lambdas/aws/sqs/escape.ts";
import { eventSource, requestEvent, signalEvent } from "../../lambdas/topology.ts";
import type { BusEvent } from "../outbox/events.ts";

/** The stack's rule on the bus: sends other parties' events that ask for a job to the intake's queue, in their envelope. */
export const requestRule = (sqs: SQSClient, QueueUrl: string) => async (event: BusEvent) => {
  if (![requestEvent, signalEvent].includes(event["detail-type"]) || event.source === eventSource) return;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: jsonForSqs(event) }));
};
