import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { agents, withinABurst } from "./agents.ts";

export interface HttpRequestOptions {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
  /**
   * Whether the request may reach the server twice. It is then repeated at once if a connection breaks that was used before:
   * a server may close one at the very moment when the next request is on its way.
   */
  repeatable: boolean;
}

const { httpAgent, httpsAgent } = agents(withinABurst);

/**
 * Sends a request and resolves with the answer, its body still to be read. Not `fetch`, which would take a connection from
 * before a freeze of this Lambda and cannot tell whether it has. Follows no redirects.
 */
export async function sendHttp(url: URL, options: HttpRequestOptions): Promise<IncomingMessage> {
  const sent = begin(url, options);
  try {
    const [answer] = (await once(sent, "response", { signal: options.signal })) as [IncomingMessage];
    // Whoever reads it sees its errors; before that nobody would, and that ends a process.
    return answer.on("error", () => {});
  } catch (error) {
    if (!options.repeatable || !sent.reusedSocket || options.signal.aborted) throw error;
    return sendHttp(url, { ...options, repeatable: false });
  }
}

function begin(url: URL, { method, headers, body, signal }: HttpRequestOptions): ClientRequest {
  const [request, agent] = url.protocol === "https:" ? [httpsRequest, httpsAgent] : [httpRequest, httpAgent];
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const sent = request(url, { method, headers: { ...headers, ...length }, agent, signal });
  // What fails after the answer has begun shows on the answer; without a listener it would end the process.
  sent.on("error", () => {});
  return sent.end(body);
}
