import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A connection to a local server that a test can break: it can reset the traffic, stop forwarding it, or forget connections as
 * NAT gateways do.
 */
export async function startGate(port: number) {
  const pairs = new Set<Socket>();
  const forgotten = new Set<Socket>();
  let hung = false;
  let made = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    made++;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      pairs.add(from);
      from.on("data", (data) => {
        if (forgotten.has(from)) from.resetAndDestroy();
        else if (!hung) to.write(data);
      });
      from
        .on("error", () => {})
        .on("close", () => {
          pairs.delete(from);
          to.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of pairs) socket.destroy();
    });
  return {
    port: (server.address() as AddressInfo).port,
    /** The number of connections that are open through it now. */
    open: () => pairs.size / 2,
    /** The number of connections so far. */
    made: () => made,
    /**
     * Silently forgets the connections that are open now: each is reset when it is next written to. This is what a Lambda finds
     * after a long freeze.
     */
    forget() {
      for (const socket of pairs) forgotten.add(socket);
    },
    reset: () => pairs.forEach((socket) => void socket.resetAndDestroy()),
    hang(on: boolean) {
      hung = on;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
