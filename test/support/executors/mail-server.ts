import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface Mail {
  to: string[];
  source: string;
}

export interface MailServer extends AsyncDisposable {
  url: string;
  mails: Mail[];
}

/** A real SMTP server that keeps every message; `replies` are the answers that recipients get instead; 0 is none at all. */
export async function mailServer(
  replies: Record<string, number> = {},
  login = { user: "me", pass: "pass" },
): Promise<MailServer> {
  const mails: Mail[] = [];
  const refusal = (responseCode: number) => Object.assign(new Error("policy of <someone@example>"), { responseCode });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    authMethods: ["PLAIN"],
    onAuth: ({ username, password }, _, done) =>
      username === login.user && password === login.pass
        ? done(null, { user: username })
        : done(refusal(replies.login ?? 535)),
    onRcptTo: ({ address }, _, done) => {
      const reply = replies[address];
      if (reply !== 0) done(reply ? refusal(reply) : null);
    },
    onData: async (stream, { envelope }, done) => {
      mails.push({ to: envelope.rcptTo.map(({ address }) => address), source: await text(stream) });
      done();
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://me:pass@127.0.0.1:${port}`,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
