import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { loopback, megabyte } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";
import { readMail } from "./mail.ts";

const largestMail = 10 * megabyte;

/** A mail server that accepts every message, with or without credentials. */
export async function startSmtp(caught: Caught): Promise<{ url: string; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    size: largestMail,
    closeTimeout: 500,
    onAuth: (_auth, _session, done) => done(null, { user: "anyone" }),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= largestMail) chunks.push(chunk);
      });
      stream.on("end", () => {
        caught.add({ kind: "email", ...envelopeOf(session), ...readMail(Buffer.concat(chunks).toString("latin1")) });
        done();
      });
    },
  });
  // A client that hangs up in the middle of a message is its own problem.
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${loopback}:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const envelopeOf = ({ envelope }: SMTPServerSession) => ({
  from: envelope.mailFrom ? envelope.mailFrom.address : "",
  to: envelope.rcptTo.map(({ address }) => address),
});
