import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { clockOffset } from "../clock/shifted-date.ts";
import { codeOf } from "../runtime/start-error.ts";
import { forThisMachine } from "./strangers.ts";

/** Nothing here listens on any other interface, because the parts do not authenticate each other. See also `strangers.ts`. */
export const loopback = "127.0.0.1";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface Listening {
  url: string;
  port: number;
  /** Stops accepting requests, gives running ones at most `graceMs` to end, then closes their connections. */
  close(graceMs?: number): Promise<void>;
}

/** Serves on the loopback interface; port 0 means any free one. Rejects with EADDRINUSE when the port is taken. */
export async function serve(handler: Handler, port = 0): Promise<Listening> {
  const server = createServer(
    forThisMachine((request, response) => {
      setShiftedDate(response);
      handler(request, response).catch((error: unknown) => {
        console.error("request failed:", error);
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { message: "Internal Server Error" });
      });
    }),
  );
  return listen(server, port);
}

/** Starts on the wanted port, or on any free one if that is taken. */
export async function onPortOrAny<T>(wanted: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  if (wanted === undefined) return start(0);
  try {
    return await start(wanted);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    return start(0);
  }
}

/** Sets the date header to the shifted time. With the machine's time, which Node sets, the AWS SDK would consider the clock wrong and repeat its calls. */
export function setShiftedDate(response: ServerResponse): void {
  if (clockOffset() !== 0) response.setHeader("date", new Date().toUTCString());
}

/** Starts a server that has its listener already and has wrapped it with `forThisMachine`. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, loopback, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const actual = (server.address() as AddressInfo).port;
  return { url: `http://${loopback}:${actual}`, port: actual, close: (graceMs = 0) => closeServer(server, graceMs) };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cutOff);
}

/** The whole body; undefined if it is larger than `limit` bytes, in which case the rest is read and discarded. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= limit) chunks.push(chunk as Buffer);
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}

export const megabyte = 1024 * 1024;

/** The body as a JSON object; undefined if it is not one. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(request, 16 * megabyte);
  try {
    const value: unknown = JSON.parse(String(body));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
