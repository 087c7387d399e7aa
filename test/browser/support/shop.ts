import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The shop that the tests' product calls. It can refuse orders, which the local outbox never does. */
export async function openShop() {
  let status = 200;
  let open = Promise.resolve();
  const server = createServer((request, response) => {
    request.resume().on("end", async () => {
      await open;
      response.writeHead(status, { "content-type": "application/json" }).end('{"order":"o-1"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The status of every answer from now on. */
    answerWith: (next: number) => {
      status = next;
    },
    /** Answers nothing until the function that this returns is called. */
    hold: () => {
      const held = Promise.withResolvers<void>();
      open = held.promise;
      return held.resolve;
    },
    close: () => server.close(),
  };
}
