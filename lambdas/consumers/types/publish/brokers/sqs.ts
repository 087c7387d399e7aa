import type { SQSClient } from "@aws-sdk/client-sqs";
import { JobError } from "../../../../core/job/job-error.ts";
import { messagingFault, messagingFaults } from "../../../clients/aws/messaging-faults.ts";
import { clientPerPlace, clientSettings } from "../../../clients/aws/regional-clients.ts";
import type { Meaning } from "../../../clients/fault-table.ts";
import { attributeSafeBody } from "../message.ts";
import { queueArn, queueUrl } from "../queue-address.ts";
import type { TopicOf } from "../target.ts";
import { messageAttributesOf, messageGroupOf } from "./attributes.ts";
import type { SendResult, TopicSending } from "./send.ts";

const sqsClients = () =>
  clientPerPlace(async (region: string | undefined) => {
    const { SQSClient } = await import("@aws-sdk/client-sqs");
    // The endpoint is the region's, or that of this machine; a queue's URL must not lead elsewhere.
    return new SQSClient({ ...clientSettings({ region, requestTimeout: 20_000 }), useQueueUrlAsEndpoint: false });
  });

const noQueue: Meaning = ["NOT_FOUND", "The SQS queue does not exist."];
const unsendable: Meaning = ["VALIDATION_ERROR", "SQS cannot send the message as it is."];
const key: Meaning = ["CONFIGURATION_ERROR", "SQS cannot use the KMS key of the queue."];

/** The errors of SendMessage. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const sqsFaults = messagingFaults("SQS", {
  QueueDoesNotExist: noQueue,
  "AWS.SimpleQueueService.NonExistentQueue": noQueue,
  QueueDeletedRecently: noQueue,
  InvalidMessageContents: unsendable,
  InvalidParameterValue: unsendable,
  MissingParameter: unsendable,
  OverLimit: ["RATE_LIMITED", "The SQS queue has as many messages as it may have."],
  AccessDenied: ["FORBIDDEN", "This consumer's role, or the queue's policy, does not allow it to send to the queue."],
  KmsAccessDenied: ["FORBIDDEN", "This consumer's role may not use the KMS key of the queue."],
  KmsThrottled: ["RATE_LIMITED", "KMS throttles the key of the queue."],
  KmsDisabled: key,
  KmsInvalidState: key,
  KmsInvalidKeyUsage: key,
  KmsNotFound: key,
  KmsOptInRequired: key,
});

/** Sends to a queue of SQS. */
export const sqsSender =
  (clients: (region?: string) => Promise<SQSClient> = sqsClients()) =>
  async (sending: TopicSending, { queue }: TopicOf<"sqs">): Promise<SendResult> => {
    const arn = queueArn(queue);
    if (!arn) throw new JobError("CONFIGURATION_ERROR", "The topic's queue is neither an ARN nor a URL of SQS.");
    const { SendMessageCommand } = await import("@aws-sdk/client-sqs");
    const client = await clients(arn.region);
    const command = new SendMessageCommand({
      QueueUrl: queueUrl(arn),
      MessageBody: attributeSafeBody(sending.input),
      MessageAttributes: messageAttributesOf(sending),
      ...messageGroupOf(sending, arn.name),
    });
    try {
      const { MessageId = "", SequenceNumber } = await client.send(command, { abortSignal: sending.signal });
      const sequence = SequenceNumber !== undefined && { sequence_number: SequenceNumber };
      return { provider: "sqs", message_id: MessageId, ...sequence };
    } catch (cause) {
      throw messagingFault(sqsFaults, cause, sending.signal);
    }
  };
