import type { IncomingMessage } from "node:http";
import { sendHttp } from "../aws/client/http-request.ts";
import { keptAnswerBytes, type ReceivedAnswer } from "../core/catalog/sent-delivery.ts";

/** The result of an attempt. */
export type DeliveryOutcome = ({ is: "delivered" } | ({ is: "failed" } & DeliveryFailure)) & {
  answer?: ReceivedAnswer;
};

export interface DeliveryFailure {
  /** `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code: string;
  /** The endpoint answered 410: it wants no more deliveries. */
  gone?: true;
  /** The Retry-After header. */
  retryAfter?: string;
}

/**
 * Sends one request and evaluates the status of the answer only; the beginning of its body is kept for people, and never logged. A redirect
 * is a failure, as in Standard Webhooks: the catalog decides where events go, not the receiving server. Receivers recognise a repetition by
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
    const kept = await answerStart(answer);
    return { ...deliveryOutcomeOf(answer), answer: { status: answer.statusCode ?? 0, ...kept } };
  } catch {
    return { is: "failed", code: signal.aborted ? "TIMEOUT" : "CONNECTION_ERROR" };
  }
}

/** A body up to this size is read, so that the next delivery can reuse the connection. A larger one closes it. */
const smallBody = 64 * 1024;

/** How long the body of an answer is waited for, whose status says all that counts. In milliseconds. */
const longestBodyMs = 1000;

/** The beginning of a body, or what has come of it in time. The rest is discarded. */
function answerStart(answer: IncomingMessage): Promise<Pick<ReceivedAnswer, "body" | "cut">> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (isWhole: boolean) => {
      clearTimeout(timer);
      const body = Buffer.concat(chunks).subarray(0, keptAnswerBytes).toString("utf8");
      resolve({ body, ...((!isWhole || bytes > keptAnswerBytes) && { cut: true }) });
    };
    const timer = setTimeout(() => done(false), longestBodyMs);
    answer
      .on("error", () => done(false))
      .on("close", () => done(answer.complete))
      .on("end", () => done(answer.complete))
      .on("data", (chunk: Buffer) => {
        if (bytes <= keptAnswerBytes) chunks.push(chunk);
        bytes += chunk.byteLength;
        if (bytes > smallBody) answer.destroy();
      });
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
