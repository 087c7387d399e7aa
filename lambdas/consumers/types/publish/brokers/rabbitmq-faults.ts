import { JobError } from "../../../../core/job/job-error.ts";
import { type Meaning, type Meanings, refusals } from "../../../clients/fault-table.ts";

/** By the code of a reply. Those of a channel refuse the message before it is routed to any queue. */
export const rabbitMeanings: Meanings = {
  ...refusals({
    403: ["FORBIDDEN", "RabbitMQ does not allow this user to write to the exchange."],
    404: ["NOT_FOUND", "RabbitMQ has no such exchange."],
    406: ["VALIDATION_ERROR", "RabbitMQ refuses the message: it is too large, or one of its properties is wrong."],
    530: ["NOT_FOUND", "RabbitMQ has no such virtual host, or this user may not use it."],
  }),
  320: ["CONNECTION_ERROR", "RabbitMQ closed the connection."],
  541: ["SERVICE_UNAVAILABLE", "RabbitMQ could not take the message at the moment."],
};
const lost: Meaning = ["CONNECTION_ERROR", "The connection to RabbitMQ failed."];
const signedOut: Meaning = ["UNAUTHORIZED", "RabbitMQ does not know these credentials."];

const tls = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|ERR_OSSL)/;
const socket = /^(E[A-Z]{4,}|ERR_(STREAM|SOCKET)_.*)$/;

/** Whether a connection on which this happened should not be used again. A channel's error leaves the connection as it was. */
export const isRabbitLost = (error: unknown): boolean => rabbitFault(error).code === "CONNECTION_ERROR";

/** The client's own message stays out of the cause too: it may quote the URL. */
export function rabbitFault(error: unknown): JobError {
  if (error instanceof JobError) return error;
  const { code: given, message = "" } = Object(error) as { code?: unknown; message?: string };
  const code = String(given ?? "");
  if (tls.test(code)) {
    const text = `TLS with RabbitMQ failed (${code}); see the URL and the server's certificate.`;
    return new JobError("CONFIGURATION_ERROR", text, { providerCode: code });
  }
  const [ours, text, , nothingDone = false] = rabbitMeanings[code] ?? byMessage(message, code);
  return new JobError(ours, text, { providerCode: code || undefined, nothingDone });
}

/** While it connects, the client says only in words what went wrong. */
function byMessage(message: string, code: string): Meaning {
  if (/ACCESS_REFUSED|ACCESS-REFUSED|\b403\b/.test(message)) return signedOut;
  // The server closes the connection over its virtual host, and the client does not say why.
  if (/ConnectionOpenOk.*ConnectionClose/.test(message)) return rabbitMeanings[530] as Meaning;
  if (socket.test(code) || /clos|timed? ?out|heartbeat|ended|reset/i.test(message)) return lost;
  return ["PROVIDER_ERROR", "RabbitMQ did not take the message."];
}
