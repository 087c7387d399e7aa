import { once } from "node:events";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { openApi } from "../cli/api.ts";
import type { Io } from "../cli/io.ts";
import { makeServer } from "./server.ts";

/** `mcp`: serves until the client closes standard input, or the user interrupts it. Nothing else writes to standard output. */
export async function serveStdio(io: Io, { url }: { url?: string }): Promise<void> {
  const api = await openApi(io, url);
  const server = await makeServer(api);
  await server.connect(new StdioServerTransport());
  io.err.write(`Serving ${new URL(api.url).origin} (${api.from}) as tools.\n`);
  const ended = [once(process.stdin, "end"), once(process.stdin, "close")];
  await Promise.race(io.signal ? [...ended, once(io.signal, "abort")] : ended);
  await server.close();
}
