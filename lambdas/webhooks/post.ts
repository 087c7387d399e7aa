import type { IncomingMessage } from "node:http";
import { sendHttp } from "../aws/client/http-request.ts";

/** How an attempt went. */
export type Outcome = { is: "delivered" } | ({ is: "failed" } & Failure);

export interface Failure {
  /** For people: `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code: string;
  /** The endpoint wants no more of them. */
  gone?: true;
  /** The Retry-After header. */
  retryAfter?: string;
}

/**
 * Sends one request and looks at its status alone. Redirects are failures, as Standard Webhooks has it: the catalog says
 * where events go, and no server of that place. What an endpoint answers is neither kept nor logged. Receivers know
 * a repetition by its webhook-id, so that a connection which broke between two deliveries costs no attempt.
 */
export async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await sendHttp(url, { method: "POST", headers, body, signal, repeatable: true });
    letGo(answer);
    return outcomeOf(answer);
  } catch {
    return { is: "failed", code: signal.aborted ? "TIMEOUT" : "CONNECTION_ERROR" };
  }
}

/** Small bodies are read, so that the next delivery can use the connection; nobody waits for more. */
const smallBody = 64 * 1024;

function letGo(answer: IncomingMessage): void {
  let bytes = 0;
  answer
    .on("error", () => {})
    .on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > smallBody) answer.destroy();
    });
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  if (status >= 200 && status < 300) return { is: "delivered" };
  const retryAfter = headers["retry-after"];
  return {
    is: "failed",
    code: `HTTP_${status}`,
    ...(status === 410 && { gone: true }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}
