import { type ClientRequest, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";

declare module "node:http" {
  interface Agent {
    /** Gives a request a socket. Not documented, but what every package overrides that brings its own agent. */
    addRequest(request: ClientRequest, options: object): void;
  }
}

export interface AgentOptions {
  /**
   * How long a connection may lie idle and still be used, in milliseconds. Default: without end, which is for clients that
   * repeat a failed request by themselves.
   */
  trustedIdleMs?: number;
}

/**
 * For requests that nobody repeats: a connection is used again within a burst of requests, never after a freeze. Shorter
 * than any common server's own patience with idle connections.
 */
export const withinABurst = { trustedIdleMs: 1000 } as const;

/** Connections to one host at a time, as the SDK has it. */
const options = { keepAlive: true, maxSockets: 50 };

/**
 * Agents whose idle connections survive the freeze of a Lambda, or are noticed if not. What lies between us and a server
 * forgets connections that are silent for minutes, and a frozen Lambda sees nothing of it: after the thaw all of them are
 * dead at once. The first failure of a reused connection closes the other idle ones, so that the next try opens a new one.
 */
export const agents = ({ trustedIdleMs = Number.POSITIVE_INFINITY }: AgentOptions = {}) => ({
  httpAgent: watchful(new HttpAgent(options), trustedIdleMs),
  httpsAgent: watchful(new HttpsAgent(options), trustedIdleMs),
});

function watchful<A extends HttpAgent>(agent: A, trustedIdleMs: number): A {
  const { addRequest, keepSocketAlive, reuseSocket } = agent;
  const idleSince = new WeakMap<Duplex, number>();
  const close = (isSuspect: (socket: Duplex) => boolean) => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => sockets)) {
      if (isSuspect(socket)) socket.destroy();
    }
  };
  return Object.assign(agent, {
    addRequest(request: ClientRequest, to: object) {
      // By the clock on the wall: timers stand still during a freeze, and the first request may come before they run.
      close((socket) => Math.abs(Date.now() - (idleSince.get(socket) ?? 0)) > trustedIdleMs);
      addRequest.call(agent, request, to);
    },
    keepSocketAlive(socket: Duplex) {
      idleSince.set(socket, Date.now());
      return keepSocketAlive.call(agent, socket);
    },
    reuseSocket(socket: Duplex, request: ClientRequest) {
      request.once("error", () => close(() => true));
      reuseSocket.call(agent, socket, request);
    },
  });
}
