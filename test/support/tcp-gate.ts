import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to a server on this machine that a test can break: resets what goes through it, stops passing it on, or forgets
 * connections as NAT gateways do.
 */
export async function startGate(port: number) {
  const pairs = new Set<Socket>();
  const forgotten = new Set<Socket>();
  let hung = false;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
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
    /** Connections through it now. */
    open: () => pairs.size / 2,
    /**
     * Forgets the connections that are open now, without a word to either side: each is reset when it is next written to.
     * What a Lambda finds after a long freeze.
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
