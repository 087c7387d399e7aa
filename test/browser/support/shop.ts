import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The shop that the tests' product calls. It can refuse orders, which the local outbox never does. */
export async function openShop() {
  let status = 200;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
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
    close: () => server.close(),
  };
}
