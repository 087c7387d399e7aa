import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that accepts and never answers, as a hung database does. */
export async function startSilentServer() {
  const sockets = new Set<Socket>();
  const { promise: accepted, resolve: accept } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.resume();
    accept();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** Resolves with the first connection. */
    accepted,
    /** Connections that are open now. */
    open: () => sockets.size,
    reset: () => sockets.forEach((socket) => void socket.resetAndDestroy()),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
