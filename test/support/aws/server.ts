import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Listens on a free port of the loopback interface and returns the origin that reaches it. */
export const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

export const stopping = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });

export interface Answer {
  status: number;
  /** The AWS error, if it is one. */
  error?: string;
  body?: unknown;
}

export type Respond = (request: IncomingMessage, body: Record<string, unknown>) => Answer;

/** A stand-in for an AWS service that speaks JSON, with only the operations that the adapter under test calls. */
export async function startJsonService(respond: Respond) {
  const server = createServer(async (request, response) => {
    const received = await text(request);
    const { status, error, body = {} } = respond(request, received === "" ? {} : JSON.parse(received));
    response.writeHead(status, { "content-type": "application/json", ...(error && { "x-amzn-errortype": error }) });
    response.end(JSON.stringify(error ? { __type: error, Message: error } : body));
  });
  return { endpoint: await listening(server), stop: () => stopping(server) };
}
