import { JobError } from "../../../../core/job/job-error.ts";

const connectionCodes = new Set(["ECONNECTION", "ESOCKET", "EDNS", "ETLS", "ETIMEDOUT", "EPROXY"]);

/**
 * The meaning of a nodemailer failure; for an abort it is the signal's own reason. Replies of servers quote addresses and
 * policies, so messages have only their code.
 */
export function smtpError(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const { code, responseCode } = (cause ?? {}) as { code?: unknown; responseCode?: unknown };
  const reply = typeof responseCode === "number" ? responseCode : undefined;
  const answered = reply === undefined ? "" : ` (reply ${reply})`;
  // RFC 5321 4.2.1: 4yz is temporary, 5yz permanent. A login refused with 454 is temporary too (RFC 4954).
  if (reply !== undefined && reply >= 400 && reply < 500) {
    return new JobError("SERVICE_UNAVAILABLE", `The mail server cannot accept the message now${answered}.`, { cause });
  }
  if (code === "ETLS" && reply !== undefined) {
    return new JobError(
      "CONFIGURATION_ERROR",
      `The mail server offers no TLS${answered}, and a login is sent over TLS only.`,
      { cause },
    );
  }
  if (code === "EAUTH" || code === "ENOAUTH" || code === "EOAUTH2") {
    return new JobError("UNAUTHORIZED", `The mail server does not accept the login${answered}.`, { cause });
  }
  if (reply !== undefined && reply >= 500) {
    return new JobError("PROVIDER_ERROR", `The mail server refuses the message${answered}.`, {
      retryable: false,
      cause,
    });
  }
  if (typeof code === "string" && connectionCodes.has(code)) {
    return new JobError("CONNECTION_ERROR", `The connection to the mail server failed (${code}).`, { cause });
  }
  if (code === "EENVELOPE" || code === "EMESSAGE") {
    return new JobError("VALIDATION_ERROR", `The message cannot be sent as it is (${code}).`, { cause });
  }
  return new JobError("PROVIDER_ERROR", "Sending the e-mail failed.", { cause });
}
