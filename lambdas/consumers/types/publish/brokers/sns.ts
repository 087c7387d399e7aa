import type { SNSClient } from "@aws-sdk/client-sns";
import { messagingFault, messagingFaults } from "../../../clients/aws/messaging-faults.ts";
import { snsClients } from "../../../clients/aws/sns-clients.ts";
import type { Meaning } from "../../../clients/fault-table.ts";
import { attributeSafeBody } from "../message.ts";
import type { TopicOf } from "../target.ts";
import { messageAttributesOf, messageGroupOf } from "./attributes.ts";
import type { SendResult, TopicSending } from "./send.ts";

const unsendable: Meaning = ["VALIDATION_ERROR", "SNS cannot publish the message as it is."];
const key: Meaning = ["CONFIGURATION_ERROR", "SNS cannot use the KMS key of the topic."];

/** The errors of Publish. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const snsFaults = messagingFaults("SNS", {
  NotFound: ["NOT_FOUND", "The SNS topic does not exist."],
  InvalidParameter: unsendable,
  InvalidParameterValue: unsendable,
  Validation: unsendable,
  AuthorizationError: ["FORBIDDEN", "This consumer's role, or the topic's policy, does not allow it to publish."],
  Authorization: ["FORBIDDEN", "This consumer's role, or the topic's policy, does not allow it to publish."],
  KMSAccessDenied: ["FORBIDDEN", "This consumer's role may not use the KMS key of the topic."],
  KMSDisabled: key,
  KMSInvalidState: key,
  KMSNotFound: key,
  KMSOptInRequired: key,
});

/** Publishes to a topic of SNS. */
export const snsSender =
  (clients: (region?: string) => Promise<SNSClient> = snsClients()) =>
  async (sending: TopicSending, { arn }: TopicOf<"sns">): Promise<SendResult> => {
    const { PublishCommand } = await import("@aws-sdk/client-sns");
    const client = await clients(arn.split(":")[3]);
    const command = new PublishCommand({
      TopicArn: arn,
      Message: attributeSafeBody(sending.input),
      MessageAttributes: messageAttributesOf(sending),
      ...messageGroupOf(sending, arn),
    });
    try {
      const { MessageId = "", SequenceNumber } = await client.send(command, { abortSignal: sending.signal });
      const sequence = SequenceNumber !== undefined && { sequence_number: SequenceNumber };
      return { provider: "sns", message_id: MessageId, ...sequence };
    } catch (cause) {
      throw messagingFault(snsFaults, cause, sending.signal);
    }
  };
