import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { settings } from "../aws/client-settings.ts";
import { listening, stopping } from "../aws/server.ts";

/** The stand-in's answer to the next call. */
export interface Invocation {
  status?: number;
  /** The AWS error, if the call itself fails. */
  error?: string;
  headers?: Record<string, string>;
  /** The function's return value, as it is on the wire. */
  payload?: string;
  /** Breaks the connection instead of answering. */
  reset?: boolean;
  /** Never answers. */
  hang?: boolean;
}

export interface Invoked {
  arn: string;
  type: string | undefined;
  clientContext: unknown;
  /** Undefined if the request was empty. */
  payload: unknown;
}

/** Lambda's Invoke on the wire, as far as its caller sees it; `next` holds its answer. Runs no code. */
export async function startLambdaService() {
  const calls: Invoked[] = [];
  const service = { next: {} as Invocation };
  const server = createServer(async (request, response) => {
    const context = request.headers["x-amz-client-context"];
    const sent = await text(request);
    calls.push({
      arn: decodeURIComponent(/^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "")?.[1] ?? ""),
      type: request.headers["x-amz-invocation-type"] as string | undefined,
      clientContext: context && JSON.parse(Buffer.from(String(context), "base64").toString()),
      payload: sent === "" ? undefined : JSON.parse(sent),
    });
    const { status = 200, error, headers, payload = "null", reset, hang } = service.next;
    if (hang) return;
    if (reset) return request.socket.resetAndDestroy();
    response.writeHead(status, { ...(error && { "x-amzn-errortype": error }), ...headers });
    response.end(error ? JSON.stringify({ Type: "User", Message: "s3cret message" }) : payload);
  });
  const client = new LambdaClient({ ...settings, endpoint: await listening(server), maxAttempts: 1 });
  const regions: string[] = [];
  return {
    calls,
    /** The regions for which clients were requested. */
    regions,
    clients: async (region: string) => {
      regions.push(region);
      return client;
    },
    answers: (next: Invocation) => {
      service.next = next;
    },
    async stop() {
      client.destroy();
      await stopping(server);
    },
  };
}
