import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { agents, recentConnectionsOnly } from "./agents.ts";

interface HttpRequestOptions {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
  /**
   * Whether the request may reach the server twice. If so, it is repeated at once when a reused connection breaks: the server
   * may have closed that connection while the request was on its way.
   */
  repeatable: boolean;
}

const { httpAgent, httpsAgent } = agents(recentConnectionsOnly);

/**
 * Sends a request and resolves with the answer, whose body is still to be read. Does not follow redirects. It does not use
 * `fetch`, which may reuse a connection from before this Lambda was frozen and cannot tell whether it did.
 */
export async function sendHttp(url: URL, options: HttpRequestOptions): Promise<IncomingMessage> {
  const sent = openRequest(url, options);
  try {
    const [answer] = (await once(sent, "response", { signal: options.signal })) as [IncomingMessage];
    return answer;
  } catch (error) {
    if (!options.repeatable || !sent.reusedSocket || options.signal.aborted) throw error;
    return sendHttp(url, { ...options, repeatable: false });
  }
}

function openRequest(url: URL, { method, headers, body, signal }: HttpRequestOptions): ClientRequest {
  const [request, agent] = url.protocol === "https:" ? [httpsRequest, httpsAgent] : [httpRequest, httpAgent];
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const sent = request(url, { method, headers: { ...headers, ...length }, agent, signal });
  // Without a listener each of these errors would end the process: one after the answer has begun appears on both.
  sent.on("error", () => {});
  sent.once("response", (answer) => {
    answer.on("error", () => {});
    // What the parser refuses is an error of the request alone, and of the answer only that it was aborted.
    sent.on("error", (error) => answer.destroy(error));
  });
  return sent.end(body);
}
