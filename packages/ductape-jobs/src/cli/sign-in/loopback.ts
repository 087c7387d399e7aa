import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CliError, exitCode } from "../exit-code.ts";

interface LoopbackOptions {
  /** The port that the issuer knows; 0 for any, where the issuer takes any. */
  port: number;
  /** As the address names this machine. Some issuers know it as `localhost` only. */
  host: "127.0.0.1" | "localhost";
  /** What the issuer has to bring back: requests with another one are not it. */
  state: string;
  signal: AbortSignal;
}

interface Loopback {
  redirectUri: string;
  /** What the browser has brought, with a way to answer it. Rejects when the signal aborts. */
  arrival: Promise<{ back: URLSearchParams; answer: (text: string, status?: number) => Promise<void> }>;
  close(): void;
}

/**
 * Waits on this machine for the browser that an issuer sends back (RFC 8252). It listens on the loopback interface only, takes one request,
 * and answers nothing of it.
 */
export async function openLoopback({ port, host, state, signal }: LoopbackOptions): Promise<Loopback> {
  const { promise: arrival, resolve, reject } = Promise.withResolvers<Awaited<Loopback["arrival"]>>();
  const server = createServer((request, response) => {
    // Not resolved as an address: `//` is none, and would end the command.
    const [path, query = ""] = (request.url ?? "/").split("?", 2);
    const back = new URLSearchParams(query);
    // Another page may guess the address, but not the state; it changes nothing, and the command waits on.
    if (request.method !== "GET" || path !== "/callback" || back.get("state") !== state)
      return void says(response, "This is not the sign-in that ductape-jobs waits for.", 404);
    resolve({ back, answer: (text, status = 200) => says(response, text, status) });
  });
  await listening(server, port);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  // It is waited for later.
  arrival.catch(() => {});
  const { port: own } = server.address() as AddressInfo;
  return {
    redirectUri: `http://${host}:${own}/callback`,
    arrival,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const listening = (server: ReturnType<typeof createServer>, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new CliError(
          `Port ${port} of this machine is not free (${cause.code}). Name another with --port that the issuer knows.`,
          exitCode.unreachable,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });

const headers = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  connection: "close",
};

const says = (response: ServerResponse, text: string, status: number) =>
  new Promise<void>((resolve) => void response.writeHead(status, headers).end(`${text}\n`, resolve));
