import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { listening, stopping } from "../aws/server.ts";

export interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

type Respond = (response: ServerResponse, request: IncomingMessage, earlier: number) => void;

/** A function behind HTTP that keeps each call and answers as the test says. */
export async function startHttpFunction() {
  const received: Received[] = [];
  let respond: Respond = (response) => response.end();
  const server = createServer(async (request, response) => {
    const earlier = received.length;
    received.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: await text(request),
    });
    respond(response, request, earlier);
  });
  return {
    url: await listening(server),
    received,
    does: (next: Respond) => {
      respond = next;
    },
    answers: (status: number, headers: Record<string, string> = {}, body: string | Buffer = "") => {
      respond = (response) => response.writeHead(status, headers).end(body);
    },
    stop: () => stopping(server),
  };
}
