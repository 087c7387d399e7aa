import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { listening, stopping } from "./aws/server.ts";
import { assertDocumented } from "./documented.ts";

/** Stands in front of an API and checks each of its answers against the OpenAPI document. */
export async function documentedProxy(api: string) {
  const faults: string[] = [];
  const answered: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/" } = request;
    const headers = new Headers(request.headers as Record<string, string>);
    for (const own of ["host", "connection", "content-length", "transfer-encoding"]) headers.delete(own);
    const sent = await buffer(request);
    try {
      const answer = await fetch(api + url, { method, headers, ...(sent.length > 0 && { body: sent }) });
      const text = await answer.text();
      const own = Object.fromEntries(answer.headers);
      answered.push(`${method} ${answer.status}`);
      assertDocumented(method, new URL(url, api).pathname, {
        status: answer.status,
        headers: own,
        body: text === "" ? null : JSON.parse(text),
      });
      const { "content-length": _length, "content-encoding": _encoding, "transfer-encoding": _transfer, ...rest } = own;
      response.writeHead(answer.status, rest).end(text);
    } catch (error) {
      faults.push(`${method} ${url}: ${(error as Error).message}`);
      response.writeHead(500).end();
    }
  });
  const url = await listening(server);
  return { url, faults, answered, stop: () => stopping(server) };
}
