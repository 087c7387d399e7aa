import { JobError } from "../../../../core/job/job-error.ts";
import { contentFor, type SendChannel, settingFor } from "../channel.ts";
import type { Mail } from "../mail/mail.ts";
import { sendSes } from "../mail/ses.ts";
import { sendSmtp } from "../mail/smtp.ts";
import { plainText } from "../plain-text.ts";
import { mostRecipients } from "../recipients.ts";
import { htmlValue, render } from "../template.ts";

/** Sends each recipient a separate message, so that none sees the others, and a retry sends only to those not yet reached. */
export const emailChannel =
  (ses = sendSes): SendChannel =>
  async (sending) => {
    const setting = settingFor(sending, "email");
    const { to, subject, template } = contentFor(sending, "email");
    const templates = sending.message.email;
    const { locale } = sending.input;
    const html = render(templates?.template, template, { field: "email.template", locale, encode: htmlValue });
    const mail: Mail = {
      recipients: await mailAddresses([to].flat()),
      subject: render(templates?.subject, subject, { field: "email.subject", locale }).replace(/\s+/g, " "),
      html,
      text: plainText(html),
      before: sending.before,
    };
    return setting.provider === "smtp"
      ? sendSmtp(sending.execution, setting, mail)
      : ses(sending.execution, setting, mail);
  };

export const sendEmail = emailChannel();

/**
 * The single addresses of a list; `Name <a@b>` counts as `a@b`, so that a recipient has one spelling. The parser finds
 * something in any string, so a string is refused if it has line breaks, has no plain address, or has two without a comma
 * between them (the parser takes the second for a name).
 */
async function mailAddresses(lists: string[]): Promise<string[]> {
  const { default: parse } = await import("nodemailer/lib/addressparser");
  const found = lists.flatMap((list) => parse(list, { flatten: true }).map((one) => ({ ...one, list })));
  if (found.length > mostRecipients) {
    const message = `email.to has ${found.length} addresses, but a job sends to ${mostRecipients} at most.`;
    throw new JobError("VALIDATION_ERROR", message);
  }
  const isPlain = ({ address, name, list }: (typeof found)[number]) =>
    /^[^\s@<>]+@[^\s@<>]+$/.test(address) && (!name.includes("@") || list.includes("<"));
  const plain = found.length > 0 && found.every(isPlain);
  if (plain && !lists.some((list) => /[\r\n]/.test(list))) return found.map(({ address }) => address);
  throw new JobError("VALIDATION_ERROR", "email.to has an entry that is not an e-mail address.");
}
