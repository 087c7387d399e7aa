import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpServer extends AsyncDisposable {
  url: string;
  /** Every request in the order of arrival. */
  seen: Seen[];
  /** Resolves once a request has arrived. */
  hit: Promise<Seen>;
}

export type Answer = (request: Seen, response: ServerResponse, raw: IncomingMessage) => unknown;

/** A real server on a port of its own that keeps every request. */
export async function httpServer(answer: Answer): Promise<HttpServer> {
  const seen: Seen[] = [];
  const hit = Promise.withResolvers<Seen>();
  const server = createServer(async (raw, response) => {
    const body = await text(raw);
    const request = { method: raw.method ?? "", url: raw.url ?? "", headers: raw.headers, body };
    seen.push(request);
    hit.resolve(request);
    try {
      await answer(request, response, raw);
    } catch {
      // A stand-in throws on what its vendor would refuse; answering at once fails the test instead of hanging it.
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    hit: hit.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
