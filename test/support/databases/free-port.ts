import { type AddressInfo, createServer } from "node:net";

/** A port of the loopback interface that was free a moment ago, for servers that cannot choose one themselves. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
