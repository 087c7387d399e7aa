import { createHash } from "node:crypto";
import { type Reference, referenceName } from "../../../../core/catalog/references.ts";
import { JobError } from "../../../../core/job/job-error.ts";
import { isLoopback } from "../../../../core/kernel/url.ts";
import type { Secrets } from "../../../../core/ports/secrets.ts";
import { fanOut } from "../fan-out.ts";
import type { EmailTarget } from "../target.ts";
import type { SendMail } from "./mail.ts";
import { smtpError } from "./smtp-error.ts";

/** The defaults. The URL may set others: `smtp://host?connectionTimeout=5000`. */
const timeouts = { connectionTimeout: 10_000, dnsTimeout: 5_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** Sends by SMTP, over a few connections that are closed after the attempt, because they would not survive a freeze of the Lambda. */
export const sendSmtp: SendMail<Extract<EmailTarget, { provider: "smtp" }>> = async (execution, setting, mail) => {
  const { secrets, signal, log, idempotencyKey } = execution;
  const url = await smtpUrl(secrets, setting.url);
  const { createTransport } = await import("nodemailer");
  const concurrency = Math.min(5, mail.recipients.length);
  const transport = createTransport({
    ...timeouts,
    url,
    pool: true,
    maxConnections: concurrency,
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { subject, html, text } = mail;
  try {
    return await fanOut({
      recipients: mail.recipients,
      before: mail.before,
      batchSize: 1,
      concurrency,
      signal,
      log,
      send: async ([to = ""]) => {
        const messageId = messageIdOf(idempotencyKey, to, setting.from);
        try {
          // An object, because a string would be parsed again, and a quoted comma would turn one address into two.
          const recipient = { name: "", address: to };
          await transport.sendMail({ from: setting.from, to: recipient, subject, html, text, messageId, signal });
          return [{ id: messageId }];
        } catch (cause) {
          throw smtpError(cause, signal);
        }
      },
    });
  } finally {
    transport.close();
  }
};

/** Checks the URL, because nodemailer would use localhost instead of a URL that it cannot parse. */
async function smtpUrl(secrets: Secrets, reference: Reference): Promise<string> {
  const text = (await secrets.resolve(reference)).trim();
  const url = URL.parse(text);
  if (url && /^smtps?:$/.test(url.protocol) && url.hostname) return withTls(url);
  throw new JobError("CONFIGURATION_ERROR", `${referenceName(reference)} is not an smtp: or smtps: URL with a host.`);
}

/**
 * A login is sent over TLS only, except to a server on this machine: otherwise nodemailer would continue without TLS if the
 * server, or an attacker in between, offers no STARTTLS. The URL cannot change that.
 */
function withTls(url: URL): string {
  const hasLogin = url.username !== "" || url.password !== "";
  if (hasLogin && !isLoopback(url.hostname)) url.searchParams.set("requireTLS", "true");
  return url.href;
}

/** The Message-ID, which is the same for every attempt, so that a mailbox can recognise a repetition. */
function messageIdOf(idempotencyKey: string, to: string, from: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([idempotencyKey, to]))
    .digest("hex")
    .slice(0, 32);
  return `<${hash}@${/@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "ductape.invalid"}>`;
}
