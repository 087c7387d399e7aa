import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Received {
  method: string;
  /** The path with the query. */
  url: string;
  headers: IncomingHttpHeaders;
  text: string;
  at: number;
  /** Absent until then. */
  answered_at?: number;
}

/** How long a call of this path takes, so that others can be seen beside it. */
const heldMs = { "/held": 700, "/stored/desk": 700, "/stored/clerk": 700 } as Record<string, number>;

export interface OutsideWorld {
  url: string;
  received(method: string, path: string): Received[];
  stop(): Promise<void>;
}

/** Everyone that a job may call: Google's token endpoint, FCM and a shop. It remembers every request. */
export async function startOutsideWorld(): Promise<OutsideWorld> {
  const all: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const text = Buffer.concat(await request.toArray()).toString();
    const received: Received = { method, url, headers, text, at: Date.now() };
    all.push(received);
    await sleep(heldMs[url] ?? 0);
    received.answered_at = Date.now();
    const [status, body] = answerTo(method, url);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    received: (method, path) => all.filter((r) => r.method === method && r.url.split("?")[0] === path),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answerTo(method: string, url: string): [number, unknown] {
  const [path = ""] = url.split("?");
  if (method === "POST" && path === "/token") {
    return [200, { access_token: "google-token", token_type: "Bearer", expires_in: 3600 }];
  }
  if (method === "POST" && path === "/v1/projects/demo/messages:send") {
    return [200, { name: "projects/demo/messages/1" }];
  }
  if (method === "POST" && path === "/pricing") return [200, { total: 25 }];
  if (method === "POST" && (path === "/webhooks/orders" || path === "/chat")) return [200, {}];
  if (method === "POST" && (path === "/held" || path === "/ticks")) return [200, {}];
  if (method === "POST" && /^\/(stored|rooms|released|asked|shipments)(\/|$)/.test(path)) return [200, {}];
  if (method === "POST" && path === "/orders/refused") return [422, {}];
  if (method === "POST" && path.startsWith("/orders/")) return [201, { order_id: 42 }];
  return [404, {}];
}
