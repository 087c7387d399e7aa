import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export interface RawServer extends AsyncDisposable {
  url: string;
  /** The first line of every request. */
  seen: string[];
}

/** A server that answers each request with these bytes, which need not be HTTP, and closes the connection. */
export async function rawServer(...answers: (string | Buffer)[]): Promise<RawServer> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let request = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      request += chunk.toString("latin1");
      const [head = "", body] = request.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      seen.push(head.slice(0, head.indexOf("\r\n")));
      request = "";
      socket.end(answers[Math.min(seen.length, answers.length) - 1] ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of HTTP. Its length is that of the body, unless the headers say more. */
export const rawAnswer = (headers: Record<string, string>, body: string | Buffer = "", status = "200 OK"): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `HTTP/1.1 ${status}`,
        ...Object.entries({ "content-length": String(Buffer.byteLength(body)), ...headers }).map((line) =>
          line.join(": "),
        ),
        "\r\n",
      ].join("\r\n"),
    ),
    Buffer.from(body),
  ]);
