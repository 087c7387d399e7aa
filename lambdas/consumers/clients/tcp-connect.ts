import { once } from "node:events";
import { connect } from "node:net";

/** Resolves once a connection to the host was made, and rejects if it cannot be made. */
export type Connect = (host: string, port: number, signal: AbortSignal) => Promise<void>;

/** Makes a connection and ends it: whether a server listens there. */
export const tcpConnect: Connect = async (host, port, signal) => {
  const socket = connect({ host, port });
  // A failure after the first one would end the process.
  socket.on("error", () => {});
  try {
    await once(socket, "connect", { signal });
  } finally {
    socket.destroy();
  }
};
