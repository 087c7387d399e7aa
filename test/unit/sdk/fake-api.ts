import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type Ductape as Client, createClient } from "../../../sdk/src/client.ts";
import { type DuctapeOptions, resolveConfig } from "../../../sdk/src/config.ts";
import type { Runtime } from "../../../sdk/src/runtime.ts";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: unknown;
  /** Cuts the connection instead of answering. */
  hangUp?: boolean;
  /** Never answers. */
  silent?: boolean;
}

/** What the server does next: a reply, or a function that returns one. The last one is repeated. */
export type Script = Reply | ((seen: Seen) => Reply);

export const apiKey = "dj_not-a-real-key";

/** Time that passes only when something sleeps or a test advances it. */
function virtualRuntime(random = 0.5) {
  let now = Date.UTC(2030, 0, 1);
  const slept: number[] = [];
  const timers = new Set<{ ms: number; callback: () => void }>();
  return {
    slept,
    timers,
    now: () => now,
    random: () => random,
    advance(ms: number) {
      now += ms;
    },
    /** Fires every timer that was set for so many milliseconds. */
    fire(ms: number) {
      for (const timer of timers) if (timer.ms === ms && timers.delete(timer)) timer.callback();
    },
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    timer(ms: number, callback: () => void) {
      const timer = { ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  } satisfies Runtime & Record<string, unknown>;
}
type VirtualRuntime = ReturnType<typeof virtualRuntime>;

export interface FakeApi extends AsyncDisposable {
  url: string;
  seen: Seen[];
  runtime: VirtualRuntime;
  client: Client;
}

/** A real HTTP server that answers as scripted, and a client of it that runs in virtual time. */
export async function fakeApi(script: Script[], options: DuctapeOptions = {}): Promise<FakeApi> {
  const seen: Seen[] = [];
  const runtime = virtualRuntime();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url: path = "", headers } = request;
    seen.push({ method, path, headers, body });
    const next = script[Math.min(seen.length, script.length) - 1] ?? {};
    const reply = typeof next === "function" ? next(seen.at(-1) as Seen) : next;
    if (reply.silent) return;
    if (reply.hangUp) return void request.socket.destroy();
    const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
    const date = new Date(runtime.now()).toUTCString();
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", date, ...reply.headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = resolveConfig({ url, apiKey, ...options });
  return {
    url,
    seen,
    runtime,
    client: createClient(() => config, runtime),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const jobId = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";

export const aReceipt = (overrides: Record<string, unknown> = {}) => ({
  job_id: jobId,
  status: "queued",
  scheduled_at: Date.UTC(2030, 0, 1),
  recurring: false,
  ...overrides,
});

export const aJob = (overrides: Record<string, unknown> = {}) => ({
  ...aReceipt(),
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  type: "action",
  run: 1,
  attempt: 1,
  retries: 3,
  timeout_ms: 30_000,
  due_at: Date.UTC(2030, 0, 1),
  created_at: Date.UTC(2030, 0, 1),
  attempts: [],
  ...overrides,
});

export const completedJob = (result: unknown) => aJob({ status: "completed", result });

export const anOrder = (overrides: Record<string, unknown> = {}) => ({
  env: "prd",
  product_tag: "my-product",
  event: "create_order",
  input: { params: { customer: "c-42" }, body: { sku: "A-1" } },
  start_at: 0,
  ...overrides,
});

/** The error that a promise rejects with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (reason) => reason,
  );

export { until } from "../../support/until.ts";
