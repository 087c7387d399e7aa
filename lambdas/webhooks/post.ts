import type { IncomingMessage } from "node:http";
import { sendHttp } from "../aws/client/http-request.ts";

/** The result of an attempt. */
export type DeliveryOutcome = { is: "delivered" } | ({ is: "failed" } & DeliveryFailure);

export interface DeliveryFailure {
  /** `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code: string;
  /** The endpoint answered 410: it wants no more deliveries. */
  gone?: true;
  /** The Retry-After header. */
  retryAfter?: string;
}

/**
 * Sends one request and evaluates the status of the answer only; the body is neither kept nor logged. A redirect is a failure,
 * as in Standard Webhooks: the catalog decides where events go, not the receiving server. Receivers recognise a repetition by
 * its webhook-id, so the request may be repeated if a kept connection turns out to be closed.
 */
export async function postDelivery(
  url: URL,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<DeliveryOutcome> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await sendHttp(url, { method: "POST", headers, body, signal, repeatable: true });
    discardBody(answer);
    return deliveryOutcomeOf(answer);
  } catch {
    return { is: "failed", code: signal.aborted ? "TIMEOUT" : "CONNECTION_ERROR" };
  }
}

/** A body up to this size is read, so that the next delivery can reuse the connection. A larger one closes it. */
const smallBody = 64 * 1024;

function discardBody(answer: IncomingMessage): void {
  let bytes = 0;
  answer
    .on("error", () => {})
    .on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > smallBody) answer.destroy();
    });
}

function deliveryOutcomeOf({ statusCode: status = 0, headers }: IncomingMessage): DeliveryOutcome {
  if (status >= 200 && status < 300) return { is: "delivered" };
  const retryAfter = headers["retry-after"];
  return {
    is: "failed",
    code: `HTTP_${status}`,
    ...(status === 410 && { gone: true }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}
