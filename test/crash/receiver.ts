import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../simulation/random.ts";

/** One call that a job made. Times are in milliseconds of the same stopwatch that times the kills. */
export interface Call {
  at: number;
  /** Absent until it is answered: the caller was killed, or is still waiting. */
  answered?: { at: number; status: number };
}

export interface Receiver {
  url: string;
  /** The calls by `Idempotency-Key`, which names the job and the run. */
  calls: Map<string, Call[]>;
  close(): Promise<void>;
}

/** The server that jobs call: sometimes slow, it refuses a tenth of the first calls and remembers every call. */
export async function startReceiver(random: Random): Promise<Receiver> {
  const calls = new Map<string, Call[]>();
  const server = createServer((request, response) => {
    const call: Call = { at: performance.now() };
    const key = String(request.headers["idempotency-key"]);
    const before = calls.get(key) ?? [];
    calls.set(key, [...before, call]);
    const status = before.length === 0 && random.chance(0.1) ? 503 : 200;
    const answer = () => {
      if (response.destroyed) return;
      response.writeHead(status, { "content-type": "application/json" }).end("{}");
      call.answered = { at: performance.now(), status };
    };
    request.resume();
    setTimeout(answer, random.chance(0.3) ? random.int(50, 400) : 0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
