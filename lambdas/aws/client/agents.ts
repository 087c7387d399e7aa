import { type ClientRequest, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";

declare module "node:http" {
  interface Agent {
    /** Gives a request a socket. Undocumented, but every package that brings its own agent overrides it. */
    addRequest(request: ClientRequest, options: object): void;
  }
}

interface AgentOptions {
  /**
   * The longest that a connection may be idle and still be reused, in milliseconds. Default: no limit, which suits clients that
   * retry a failed request by themselves.
   */
  maxIdleMs?: number;
}

/**
 * For requests that are not retried: connections are reused within a burst of requests, but not after the Lambda was frozen. The
 * limit is shorter than the idle timeout of any common server.
 */
export const recentConnectionsOnly = { maxIdleMs: 1000 } as const;

/**
 * `maxSockets` is the number of connections to one host at a time. The SDK's own 50 are too few for a process that answers
 * several requests at once, as that of this machine does: a call that waits for a free connection counts as one that gets none,
 * and fails after the connection timeout (client-defaults.ts). A Lambda may have 1,024 open files:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const options = { keepAlive: true, maxSockets: 500 };

/**
 * Agents that detect connections that died while the Lambda was frozen. Proxies and NAT gateways drop connections that are
 * silent for minutes, and a frozen Lambda does not notice: after the thaw, all of its connections are dead. So the first failure
 * of a reused connection closes all idle ones, and the next try opens a new connection.
 */
export const agents = ({ maxIdleMs = Number.POSITIVE_INFINITY }: AgentOptions = {}) => ({
  httpAgent: withoutStaleConnections(new HttpAgent(options), maxIdleMs),
  httpsAgent: withoutStaleConnections(new HttpsAgent(options), maxIdleMs),
});

function withoutStaleConnections<A extends HttpAgent>(agent: A, maxIdleMs: number): A {
  const { addRequest, keepSocketAlive, reuseSocket } = agent;
  const idleSince = new WeakMap<Duplex, number>();
  const close = (isSuspect: (socket: Duplex) => boolean) => {
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => sockets)) {
      if (isSuspect(socket)) socket.destroy();
    }
  };
  return Object.assign(agent, {
    addRequest(request: ClientRequest, to: object) {
      // A process with hundreds of connections would look at each of them before every request.
      if (Number.isFinite(maxIdleMs)) {
        // By wall-clock time: timers stop during a freeze, and the first request may come before they fire.
        const now = Date.now();
        close((socket) => Math.abs(now - (idleSince.get(socket) ?? 0)) > maxIdleMs);
      }
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
