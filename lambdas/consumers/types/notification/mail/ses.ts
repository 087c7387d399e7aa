import { domainToASCII } from "node:url";
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { JobError, type JobErrorCode } from "../../../../core/job/job-error.ts";
import { messagingFault, messagingFaults } from "../../../clients/aws/messaging-faults.ts";
import { clientPerPlace, clientSettings } from "../../../clients/aws/regional-clients.ts";
import { fanOut } from "../fan-out.ts";
import type { EmailTarget } from "../target.ts";
import type { SendMail } from "./mail.ts";

const sesClients = () =>
  clientPerPlace(async (region: string | undefined) => {
    const { SESv2Client } = await import("@aws-sdk/client-sesv2");
    return new SESv2Client(clientSettings({ region, requestTimeout: 20_000 }));
  });

/** The errors of SendEmail. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
export const sesFaults = messagingFaults("SES", {
  MessageRejected: [
    "PROVIDER_ERROR",
    "SES refuses the message: its sender (or, in the sandbox, its recipient) is not verified, or its content is not allowed.",
  ],
  MailFromDomainNotVerified: ["CONFIGURATION_ERROR", "The MAIL FROM domain of the sender is not verified in SES."],
  NotFound: ["CONFIGURATION_ERROR", "SES has no identity for the sender in this region."],
  AccountSuspended: ["CONFIGURATION_ERROR", "SES has suspended this account's sending."],
  SendingPaused: ["CONFIGURATION_ERROR", "Sending is paused for this account in SES."],
  BadRequest: ["VALIDATION_ERROR", "SES cannot send the message as it is."],
});

/** Sends by Amazon SES, one request per recipient. SES has no idempotency key: after a lost response the e-mail is sent again. */
export const sesSender =
  (clients = sesClients()): SendMail<Extract<EmailTarget, { provider: "ses" }>> =>
  async ({ signal, log }, setting, { recipients, before, subject, html, text }) => {
    const { SendEmailCommand } = await import("@aws-sdk/client-sesv2");
    const client: SESv2Client = await clients(setting.region);
    const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
    return fanOut({
      recipients,
      before,
      batchSize: 1,
      // A new account may send 14 e-mails per second, or one while it is in the sandbox.
      concurrency: 5,
      signal,
      log,
      send: async ([to = ""]) => {
        const command = new SendEmailCommand({
          FromEmailAddress: sender(setting.from),
          Destination: { ToAddresses: [asciiAddress(to)] },
          Content: { Simple: { Subject: utf8(subject), Body: { Html: utf8(html), Text: utf8(text) } } },
        });
        try {
          const { MessageId } = await client.send(command, { abortSignal: signal });
          return [{ id: MessageId ?? "" }];
        } catch (cause) {
          throw messagingFault(sesFaults, cause, signal);
        }
      },
    });
  };

export const sendSes = sesSender();

const isAscii = (text: string) => [...text].every((char) => char <= "\x7e");

/** SES accepts only ASCII in an address line, so any other name is sent as an encoded word (RFC 2047). */
function sender(from: string): string {
  const [, name = "", named] = /^(.*?)\s*<([^<>]+)>\s*$/s.exec(from) ?? [];
  if (named === undefined) return asciiAddress(from, "CONFIGURATION_ERROR");
  const plain = name.replace(/^"(.*)"$/s, "$1");
  const encoded = isAscii(name) ? name : `=?UTF-8?B?${Buffer.from(plain).toString("base64")}?=`;
  return `${encoded} <${asciiAddress(named, "CONFIGURATION_ERROR")}>`.trim();
}

/**
 * SES does not support SMTPUTF8 (RFC 6531): it accepts an international domain in Punycode, and only ASCII before the @.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html
 */
function asciiAddress(address: string, code: JobErrorCode = "VALIDATION_ERROR"): string {
  if (isAscii(address)) return address;
  const at = address.lastIndexOf("@");
  const domain = domainToASCII(address.slice(at + 1));
  if (isAscii(address.slice(0, at)) && domain !== "") return address.slice(0, at + 1) + domain;
  throw new JobError(code, "SES cannot send to or from an address with characters beyond ASCII before its @.");
}
