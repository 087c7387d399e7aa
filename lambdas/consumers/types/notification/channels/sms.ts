import type { MessageAttributeValue, SNSClient } from "@aws-sdk/client-sns";
import { JobError } from "../../../../core/job/job-error.ts";
import { messagingFault, messagingFaults } from "../../../clients/aws/messaging-faults.ts";
import { snsClients } from "../../../clients/aws/sns-clients.ts";
import { errorNamesOf, type Meaning } from "../../../clients/fault-table.ts";
import { type ChannelSending, contentFor, type SendChannel, settingFor } from "../channel.ts";
import { type Achieved, fanOut, type SendOutcome } from "../fan-out.ts";
import type { SmsTarget } from "../target.ts";
import { fillVariables, render } from "../template.ts";
import { longestSms, plainNumber, smsNumber } from "./sms-limits.ts";

const unsendable: Meaning = ["VALIDATION_ERROR", "SNS cannot send the text message as it is."];
export const smsFaults = messagingFaults("SNS", {
  InvalidParameter: unsendable,
  InvalidParameterValue: unsendable,
  Validation: unsendable,
  UserError: ["CONFIGURATION_ERROR", "The SNS settings of this account do not allow it to send text messages."],
});

/**
 * Sends text messages by SNS, one request per number. Invalid numbers, and those whose owners have opted out, fail the channel
 * only if there are no others. SNS has no idempotency key here: after a lost response the message is sent again.
 */
export const smsChannel =
  (clients = snsClients()): SendChannel =>
  async (sending) => {
    const setting = settingFor(sending, "sms");
    const { body } = contentFor(sending, "sms");
    const { locale } = sending.input;
    const message = render(sending.message.sms?.body, body, { field: "sms.body", locale });
    if (message === "" || message.length > longestSms) {
      throw new JobError("VALIDATION_ERROR", `sms.body must have 1 to ${longestSms} characters.`);
    }
    const recipients = recipientsOf(sending).map(plainNumber);
    const { signal, log } = sending.execution;
    const client = await clients(setting.region);
    const achieved = await fanOut({
      recipients,
      before: sending.before,
      batchSize: 1,
      concurrency: 10,
      signal,
      log,
      send: async ([number = ""]) => [await publishSms(client, number, message, setting, signal)],
    });
    if (achieved.sent.length === 0) throw noneReached(achieved);
    return achieved;
  };

export const sendSms = smsChannel();

/** The request's own recipients, else the one that the message's recipient template names. */
function recipientsOf(sending: ChannelSending): string[] {
  const { to, body } = contentFor(sending, "sms");
  if (to !== undefined) return [to].flat();
  const template = sending.message.sms?.to;
  if (template === undefined) {
    throw new JobError("VALIDATION_ERROR", "sms.to is required: the message has no recipient template.");
  }
  return [fillVariables(template, typeof body === "object" ? body : {}, "sms.to")];
}

async function publishSms(
  client: SNSClient,
  number: string,
  message: string,
  setting: SmsTarget,
  signal: AbortSignal,
): Promise<SendOutcome> {
  if (smsNumber(number) === undefined) return { dead: "InvalidPhoneNumber" };
  const { PublishCommand } = await import("@aws-sdk/client-sns");
  const command = new PublishCommand({
    PhoneNumber: number,
    Message: message,
    MessageAttributes: {
      "AWS.SNS.SMS.SMSType": stringAttribute(setting.type ?? "Transactional"),
      ...(setting.sender_id !== undefined && { "AWS.SNS.SMS.SenderID": stringAttribute(setting.sender_id) }),
    },
  });
  try {
    const { MessageId } = await client.send(command, { abortSignal: signal });
    return { id: MessageId ?? "" };
  } catch (cause) {
    const dead = deadNumberReason(cause);
    if (dead !== undefined) return { dead };
    throw messagingFault(smsFaults, cause, signal);
  }
}

const stringAttribute = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });

/** Only the message of an SNS error says which parameter is wrong, and so whether it is the number. */
function deadNumberReason(cause: unknown): string | undefined {
  const { message = "" } = Object(cause) as { message?: string };
  const names = errorNamesOf(cause);
  if (names.includes("OptedOut") || /opted[ -]?out/i.test(message)) return "OptedOut";
  const aboutNumber = /PhoneNumber|phone number/i.test(message);
  return aboutNumber && names.some((name) => name.startsWith("InvalidParameter")) ? "InvalidPhoneNumber" : undefined;
}

function noneReached(progress: Achieved): JobError {
  const invalid = progress.dead.every(({ reason }) => reason === "InvalidPhoneNumber");
  return invalid
    ? new JobError("VALIDATION_ERROR", "sms.to has no phone number in the format E.164, such as +4930123456.", {
        progress,
      })
    : new JobError("NOT_FOUND", "None of the phone numbers accepts text messages from this account.", { progress });
}
