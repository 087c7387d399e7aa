import { createServer } from "node:net";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { failureOf } from "../../support/executors/execution.ts";
import { fcmServer } from "../../support/executors/fcm-server.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { mailServer } from "../../support/executors/mail-server.ts";
import { fcm, notifying, push, smtp } from "../../support/executors/notifying.ts";
import { until } from "../../support/until.ts";

const email = (...to: string[]) => ({
  email: { to, subject: { en: "Shipped" }, template: { en: "<p>On its <i>way</i></p>" } },
});

describe("e-mail by SMTP", () => {
  test("sends HTML with a text alternative, variables escaped", async () => {
    await using server = await mailServer();
    const input = {
      slug: "welcome",
      email: { to: "Ann <ann@x.example>", subject: { name: "A\r\nBcc: b" }, template: { name: "<A>" } },
    };
    const { channels } = await notifying(smtp, input, { smtp: server.url });
    const [mail] = server.mails;
    expect(mail?.to).toEqual(["ann@x.example"]);
    expect(mail?.source).toContain("Subject: Welcome, A Bcc: b\r\n");
    expect(mail?.source).toContain("From: Shop <orders@shop.example>");
    expect(mail?.source).toContain("<p>Hi <b>&lt;A&gt;</b></p>");
    expect(mail?.source).toMatch(/Content-Type: text\/plain[\s\S]*Hi <A>[\s\S]*Content-Type: text\/html/);
    expect(channels.email).toEqual({
      status: "sent",
      sent: [{ to: "ann@x.example", id: expect.stringMatching(/^<[0-9a-f]{32}@shop\.example>$/) }],
      dead: [],
    });
    expect(mail?.source).toContain(`Message-ID: ${channels.email?.sent?.[0]?.id}`);
  });

  test("fills a template from nested variables, and sends plain strings unchanged", async () => {
    await using server = await mailServer();
    const messages = { receipt: { email: { template: "<p>{{user.name}}: {{items.0.name}}</p>" } } };
    const target = { envs: { dev: smtp }, messages };
    const email = { to: "a@x.example", subject: "Receipt {{user.name}}" };
    const template = { user: { name: "<Ada>" }, items: [{ name: "Tea" }] };
    const input = { slug: "receipt", email: { ...email, template } };
    await notifying({}, {}, { smtp: server.url }, { target, input });
    expect(server.mails[0]?.source).toContain("<p>&lt;Ada&gt;: Tea</p>");
    expect(server.mails[0]?.source).toContain("Subject: Receipt {{user.name}}\r\n");
  });

  test("sends each recipient a separate message", async () => {
    await using server = await mailServer();
    await notifying(smtp, email("a@x.example, b@x.example", "c@x.example", "a@x.example"), { smtp: server.url });
    expect(server.mails.map(({ to }) => to).sort()).toEqual([["a@x.example"], ["b@x.example"], ["c@x.example"]]);
    expect(server.mails.every(({ source }) => source.match(/@x\.example/g)?.length === 1)).toBe(true);
  });

  test("retries only the recipients that were deferred", async () => {
    const replies: Record<string, number> = { "b@x.example": 451 };
    await using server = await mailServer(replies);
    const input = email("a@x.example", "b@x.example");
    const error = await failureOf(notifying(smtp, input, { smtp: server.url }));
    expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
    expect(error.message).not.toMatch(/x\.example|someone/);
    delete replies["b@x.example"];
    await notifying(smtp, input, { smtp: server.url }, { progress: error.progress });
    expect(server.mails.map(({ to }) => to)).toEqual([["a@x.example"], ["b@x.example"]]);
  });

  test.each([
    [{ "a@x.example": 550 }, "PROVIDER_ERROR", false],
    [{ "a@x.example": 421 }, "SERVICE_UNAVAILABLE", true],
  ])("the reply %j means %s", async (replies, code, retryable) => {
    await using server = await mailServer(replies);
    const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: server.url }));
    expect(error).toMatchObject({ code, retryable });
  });

  test.each([
    [535, "UNAUTHORIZED", false],
    [454, "SERVICE_UNAVAILABLE", true],
  ])("a login that gets %i means %s", async (login, code, retryable) => {
    await using server = await mailServer({ login }, { user: "me", pass: "other" });
    const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: server.url }));
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).not.toContain("pass");
  });

  test("to a server that does not exist is a CONNECTION_ERROR", async () => {
    const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: "smtp://127.0.0.1:1" }));
    expect(error).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });

  test("to a server that hangs up is tried once per attempt", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {}).write("220 hello\r\n");
      socket.on("data", (line) => (line.toString().startsWith("EHLO") ? socket.write("250 hello\r\n") : socket.end()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: `smtp://127.0.0.1:${port}` }));
    server.close();
    expect(error).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    expect(connections).toBe(1);
  });

  test.each(["nonsense", "smtp://", "http://host", "smtp:user:hidden@host"])(
    "the URL %s is a CONFIGURATION_ERROR that shows none of it",
    async (url) => {
      const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: url }));
      expect(error).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: 'email: CONFIGURATION_ERROR: secret("smtp") is not an smtp: or smtps: URL with a host.',
      });
    },
  );

  test.each(["", "?requireTLS=false", "?ignoreTLS=true", "?opportunisticTLS=true"])(
    "sends no unencrypted login beyond this machine, whatever the URL says: %s",
    async (options) => {
      await using server = await mailServer({}, { user: "me", pass: "other" });
      // The same server at an address that does not look like loopback. It offers no STARTTLS.
      const url = server.url.replace("127.0.0.1", "0.0.0.0") + options;
      const error = await failureOf(notifying(smtp, email("a@x.example"), { smtp: url }));
      expect(error).toMatchObject({ code: "CONFIGURATION_ERROR", message: expect.stringContaining("offers no TLS") });
      expect(server.mails).toEqual([]);
    },
  );

  test.each(["nobody", "a@x.example, nobody", "a@x.example b@x.example", "a@x\r\nBcc: b@x.example", ""])(
    "the address %j is a VALIDATION_ERROR",
    async (to) => {
      const error = await failureOf(notifying(smtp, email(to), { smtp: "smtp://127.0.0.1:1" }));
      expect(error).toMatchObject({ code: "VALIDATION_ERROR" });
    },
  );
});

describe("a callback", () => {
  const callback = (url: string, others = {}) => ({ callback: { url, ...others } });

  test("is called with the input, and its status is reported", async () => {
    await using server = await httpServer((_, response) => json(response, 202, { echo: "body" }));
    const settings = callback(`${server.url}/hooks/:customer?v=1`, {
      method: "PUT",
      auth: { type: "bearer", token: secret("token") },
    });
    const input = {
      callback: { params: { customer: "a/b" }, query: { q: { a: [1] } }, body: [1], headers: { "X-A": ["b", 2] } },
    };
    const result = await notifying(settings, input, { token: "t" });
    expect(result).toEqual({ channels: { callback: { status: "sent", response_status: 202 } } });
    expect(server.seen[0]).toMatchObject({
      method: "PUT",
      url: "/hooks/a%2Fb?v=1&q%5Ba%5D=1",
      body: "[1]",
      headers: { authorization: "Bearer t", "x-a": "b, 2", "idempotency-key": "job_1-1" },
    });
  });

  test("has the idempotency key of its input, if that has one", async () => {
    await using server = await httpServer((_, response) => json(response, 200, {}));
    await notifying(callback(server.url), { callback: { headers: { "Idempotency-Key": "order-42" } } });
    expect(server.seen[0]?.headers["idempotency-key"]).toBe("order-42");
  });

  test("that fails reports how", async () => {
    await using server = await httpServer((_, response) =>
      response.writeHead(429, { "retry-after": "2" }).end("private"),
    );
    const error = await failureOf(notifying(callback(server.url), { callback: {} }));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 2000 });
    expect(error.message).not.toContain("private");
  });
});

describe("a notification of several channels", () => {
  test("tries all of them, and in a retry only those that failed", async () => {
    await using devices = await fcmServer();
    await using mails = await mailServer();
    let status = 503;
    await using hooks = await httpServer((_, response) => response.writeHead(status, { "retry-after": "5" }).end());
    const settings = { ...fcm(devices.url), ...smtp, callback: { url: hooks.url } };
    const input = { ...push("a"), ...email("a@x.example"), callback: {} };
    const values = { fcm: JSON.stringify(devices.serviceAccount), smtp: mails.url };
    const error = await failureOf(notifying(settings, input, values));
    expect(error).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      retryable: true,
      retryAfterMs: 5000,
      message: expect.stringMatching(/^callback: SERVICE_UNAVAILABLE: /),
      progress: {
        channels: {
          push_notification: { status: "sent" },
          email: { status: "sent" },
          callback: { status: "failed", code: "SERVICE_UNAVAILABLE" },
        },
      },
    });
    status = 200;
    // Progress is stored as JSON between attempts.
    const progress = JSON.parse(JSON.stringify(error.progress));
    const result = await notifying(settings, input, values, { progress });
    expect(result.channels).toMatchObject({
      push_notification: { status: "sent", sent: [{ to: "a" }] },
      email: { status: "sent" },
      callback: { status: "sent", response_status: 200 },
    });
    expect([devices.messages.length, mails.mails.length, hooks.seen.length]).toEqual([1, 1, 2]);
  });

  test("keeps the result of a callback that was sent, and does not repeat it", async () => {
    await using hooks = await httpServer((_, response) => response.writeHead(204).end());
    await using mails = await mailServer({ "a@x.example": 451 });
    const settings = { ...smtp, callback: { url: hooks.url } };
    const input = { ...email("a@x.example"), callback: {} };
    const first = await failureOf(notifying(settings, input, { smtp: mails.url }));
    const second = await failureOf(notifying(settings, input, { smtp: mails.url }, { progress: first.progress }));
    expect(second.progress).toMatchObject({ channels: { callback: { status: "sent", response_status: 204 } } });
    expect(hooks.seen).toHaveLength(1);
  });

  test("fails with each channel's name and code, retryably if one is", async () => {
    await using hooks = await httpServer((_, response) => response.writeHead(503).end());
    const settings = { ...smtp, ...fcm("http://unused"), callback: { url: hooks.url } };
    const input = {
      slug: "welcome",
      email: { to: "a@x.example", subject: {}, template: {} },
      ...push("a"),
      callback: {},
    };
    const error = await failureOf(notifying(settings, input));
    expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
    expect(error.message).toContain(
      'email: VALIDATION_ERROR: The template of email.template needs the variable "name".',
    );
    expect(error.message).toContain("push_notification: VALIDATION_ERROR:");
    expect(error.message).toContain("callback: SERVICE_UNAVAILABLE:");
  });

  test("ends channels that hang before its attempt ends, so that results are kept", async () => {
    await using devices = await fcmServer();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await using hooks = await httpServer(() => {});
    const settings = { ...fcm(devices.url), ...smtp, callback: { url: hooks.url } };
    const values = { fcm: JSON.stringify(devices.serviceAccount), smtp: `smtp://127.0.0.1:${port}` };
    const input = { ...push("a"), ...email("a@x.example"), callback: {} };
    // The deadline comes once the push has arrived, at a time that the test chooses.
    const clock = {
      now: () => Date.now(),
      sleep: async (ms: number) => {
        expect(ms).toBeLessThanOrEqual(450);
        await hooks.hit;
        await until(() => devices.messages.length > 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    };
    const error = await failureOf(notifying(settings, input, values, { clock, job: { timeout_ms: 500 } }));
    silent.close();
    expect(error).toMatchObject({
      code: "TIMEOUT",
      retryable: true,
      progress: {
        channels: {
          push_notification: { status: "sent" },
          email: { status: "failed", code: "TIMEOUT" },
          callback: { status: "failed", code: "TIMEOUT" },
        },
      },
    });
  });

  test("without a credential fails with the secrets' error", async () => {
    const error = await failureOf(notifying(smtp, email("a@x.example")));
    expect(error).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    expect(error.message).toContain('secret("smtp") has no value.');
  });

  test("that has left the catalog is a CONFIGURATION_ERROR", async () => {
    expect((await failureOf(notifying({}, push("a")))).message).toContain("has no push in env dev");
    expect(await failureOf(notifying({}, { slug: "gone", ...push("a") }))).toMatchObject({
      code: "CONFIGURATION_ERROR",
    });
    const sms = { sms: { to: "+1", body: { en: "x" } } };
    expect(await failureOf(notifying({}, sms))).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
  });
});
