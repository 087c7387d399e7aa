import { JobError } from "../../../../core/job/job-error.ts";
import { certificateRefused, neverSent } from "../../../clients/never-sent.ts";

const connectionCodes = new Set(["ECONNECTION", "ESOCKET", "EDNS", "ETLS", "ETIMEDOUT", "EPROXY"]);

/** The enhanced status code that follows a reply's code (RFC 2034): `550 5.7.1 ...`. */
const enhancedCode = (response: unknown): string | undefined =>
  /^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?!\S)/.exec(String(response ?? ""))?.[1];

interface MailError {
  code?: unknown;
  responseCode?: unknown;
  response?: unknown;
  message?: unknown;
  /** The code of the system or of TLS, where nodemailer has put one of its own in its place. */
  originalCode?: unknown;
}

/**
 * Whether the failure proves that the server did not take the message: it came before the message was sent, or it is the server's reply
 * to a command, which then did not take effect (RFC 5321 4.2.1). A server that closes the connection may have taken it.
 */
function tookNothing(cause: MailError): boolean {
  const { code, responseCode, message, originalCode } = cause;
  if (code === "EDNS" || code === "EAUTH" || code === "ENOAUTH" || code === "EOAUTH2" || code === "ETLS") return true;
  if (neverSent(cause) || certificateRefused.test(String(originalCode))) return true;
  if (typeof responseCode !== "number") return false;
  if (code === "EENVELOPE" || String(message).startsWith("Invalid greeting")) return true;
  return code === "EMESSAGE" && responseCode !== 421;
}

/**
 * The meaning of a nodemailer failure; for an abort it is the signal's own reason. Replies of servers quote addresses and
 * policies, so messages have only their code.
 */
export function smtpError(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const { code, responseCode, response } = Object(cause) as MailError;
  const reply = typeof responseCode === "number" ? responseCode : undefined;
  const providerCode = enhancedCode(response) ?? reply?.toString() ?? (typeof code === "string" ? code : undefined);
  const nothingDone = tookNothing(Object(cause));
  const answered = reply === undefined ? "" : ` (reply ${reply})`;
  // RFC 5321 4.2.1: 4yz is temporary, 5yz permanent. A login refused with 454 is temporary too (RFC 4954).
  if (reply !== undefined && reply >= 400 && reply < 500) {
    return new JobError("SERVICE_UNAVAILABLE", `The mail server cannot accept the message now${answered}.`, {
      cause,
      providerCode,
      nothingDone,
    });
  }
  if (code === "ETLS" && reply !== undefined) {
    return new JobError(
      "CONFIGURATION_ERROR",
      `The mail server offers no TLS${answered}, and a login is sent over TLS only.`,
      { cause, providerCode, nothingDone },
    );
  }
  if (code === "EAUTH" || code === "ENOAUTH" || code === "EOAUTH2") {
    return new JobError("UNAUTHORIZED", `The mail server does not accept the login${answered}.`, {
      cause,
      providerCode,
      nothingDone,
    });
  }
  if (reply !== undefined && reply >= 500) {
    return new JobError("PROVIDER_ERROR", `The mail server refuses the message${answered}.`, {
      retryable: false,
      cause,
      providerCode,
      nothingDone,
    });
  }
  if (typeof code === "string" && connectionCodes.has(code)) {
    return new JobError("CONNECTION_ERROR", `The connection to the mail server failed (${code}).`, {
      cause,
      providerCode,
      nothingDone,
    });
  }
  if (code === "EENVELOPE" || code === "EMESSAGE") {
    return new JobError("VALIDATION_ERROR", `The message cannot be sent as it is (${code}).`, { cause, providerCode });
  }
  return new JobError("PROVIDER_ERROR", "Sending the e-mail failed.", { cause, providerCode });
}
