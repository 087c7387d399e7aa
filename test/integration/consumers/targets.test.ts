import { closePostgres } from "../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { execute as databaseAction } from "../../../lambdas/consumers/types/database_action/execute.ts";
import { notificationExecutor } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { freePort } from "../../support/databases/free-port.ts";
import { startPostgres } from "../../support/databases/postgres.ts";
import { consumerOf } from "../../support/executors/consumer-of.ts";
import { type Answer, httpServer, json } from "../../support/executors/http-server.ts";
import { mailServer } from "../../support/executors/mail-server.ts";
import { providers } from "../../support/executors/providers.ts";
import { until } from "../../support/until.ts";

const app = (base_url: string, method = "POST") => ({
  envs: { prd: { base_url } },
  actions: { do: { method, path: "/do" }, ping: { method: "GET", path: "/ping" } },
});

const { execute: actionOf } = providers["action: an app"] as { execute: (url: string) => Execute };

/** Calls of a first and a second app, which give these answers. */
async function twoApps(first: Answer, { method = "POST", group = {} as object, firstUrl = "" } = {}) {
  const a = await httpServer(first);
  const b = await httpServer((_request, response) => json(response, 200, { by: "b" }));
  const entries = {
    a: app(firstUrl || a.url, method),
    b: app(b.url, method),
    any: { fallback: ["a", "b"], ...group },
  };
  const consumer = consumerOf(
    { event: { type: "action", app: "any", action: "do" }, entries },
    { execute: actionOf("") },
  );
  return {
    a,
    b,
    ...consumer,
    async [Symbol.asyncDispose]() {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
    },
  };
}

const body = { body: { amount: 5 } };
const targetOf = ({ attempts }: Job) => attempts.at(-1)?.target;

describe("an app that comes first in a fallback", () => {
  test("that answers 503 is left for the other, and used again a minute later", async () => {
    let status = 503;
    await using it = await twoApps((_request, response) =>
      json(response, status, { by: "a" }, { "retry-after": "60" }),
    );
    const job = await it.run(body);
    expect([job.status, targetOf(job)]).toEqual([
      "completed",
      { name: "b", tried: [{ name: "a", code: "SERVICE_UNAVAILABLE" }] },
    ]);
    expect(it.b.seen[0]?.headers["idempotency-key"]).toBe(`${job.id}-1`);
    expect(it.a.seen[0]?.headers["idempotency-key"]).toBe(`${job.id}-1`);
    status = 200;
    expect(targetOf(await it.run(body))).toEqual({ name: "b", left_out: ["a"] });
    await it.clock.advance(60_000);
    expect(targetOf(await it.run(body))).toEqual({ name: "a" });
    expect([it.a.seen.length, it.b.seen.length]).toEqual([2, 2]);
  });

  test("that is down is left for the other, because nothing was sent", async () => {
    const firstUrl = `http://127.0.0.1:${await freePort()}`;
    await using it = await twoApps(() => {}, { firstUrl });
    expect(targetOf(await it.run(body))).toEqual({ name: "b", tried: [{ name: "a", code: "CONNECTION_ERROR" }] });
  });

  test("that hangs up has no POST repeated at the other within the attempt", async () => {
    await using it = await twoApps((_request, _response, raw) => raw.socket.destroy());
    const job = await it.run(body);
    expect([job.status, job.attempts[0]?.error?.code, targetOf(job)]).toEqual([
      "queued",
      "CONNECTION_ERROR",
      { name: "a" },
    ]);
    expect([it.a.seen.length, it.b.seen.length]).toEqual([1, 0]);
  });

  test("that hangs up is left for the other if its method may be repeated", async () => {
    await using it = await twoApps((_request, _response, raw) => raw.socket.destroy(), { method: "PUT" });
    const job = await it.run(body);
    expect([job.status, targetOf(job)?.name, it.b.seen.length]).toEqual(["completed", "b", 1]);
  });

  test.each([502, 503, 504])(
    "whose gateway answers %i is left for the other only in the next attempt",
    async (status) => {
      await using it = await twoApps((_request, response) => json(response, status, {}));
      const job = await it.run(body);
      expect([job.attempts[0]?.error?.code, it.b.seen.length]).toEqual(["SERVICE_UNAVAILABLE", 0]);
      await it.clock.advance(Math.max(0, job.due_at - it.clock.now()));
      expect(targetOf(await it.run(body, job))).toEqual({ name: "b", left_out: ["a"] });
    },
  );

  test.each([503, 429, 401, 500])(
    "that redirects an accepted POST to a page that answers %i is not left",
    async (status) => {
      await using it = await twoApps((request, response) =>
        request.method === "POST"
          ? response.writeHead(303, { location: "/made" }).end()
          : json(response, status, {}, { "retry-after": "1" }),
      );
      const job = await it.run(body);
      expect([job.status, job.error?.retryable, targetOf(job), it.b.seen.length]).toEqual([
        "failed",
        false,
        { name: "a" },
        0,
      ]);
      expect(it.a.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["POST /do", "GET /made"]);
      expect(job.error?.message).toContain(
        "The POST was accepted before that, with a redirect, and may have been done.",
      );
    },
  );

  test("that passes a POST on with a 307 is left if the next place refuses it", async () => {
    await using it = await twoApps((request, response) =>
      request.url === "/do" ? response.writeHead(307, { location: "/there" }).end() : json(response, 429, {}),
    );
    const job = await it.run(body);
    expect([job.status, targetOf(job)?.name]).toEqual(["completed", "b"]);
    expect(it.a.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["POST /do", "POST /there"]);
  });

  test("that works without answering in time is not left within the attempt", async () => {
    for (const [group, calls] of [
      [{ timeout_ms: 2000 }, 0],
      [{ timeout_ms: 2000, on: ["TIMEOUT"] }, 1],
    ] as const) {
      await using it = await twoApps(() => {}, { group });
      const ran = it.run(body);
      await until(() => it.a.seen.length > 0);
      await it.clock.advance(2000);
      const job = await ran;
      expect([job.attempts[0]?.target?.name, it.b.seen.length]).toEqual([calls ? "b" : "a", calls]);
    }
  });

  test("that asks to wait does not put the job off while the other works", async () => {
    await using it = await twoApps((_request, response) => json(response, 429, {}, { "retry-after": "600" }));
    const job = await it.run(body);
    expect([job.status, job.snoozes, targetOf(job)?.name]).toEqual(["completed", undefined, "b"]);
  });

  test("that refuses the request is not left", async () => {
    await using it = await twoApps((_request, response) => json(response, 422, {}));
    const job = await it.run(body);
    expect([job.status, job.error?.code, it.b.seen.length]).toEqual(["failed", "VALIDATION_ERROR", 0]);
  });
});

describe("a healthcheck over the network", () => {
  test("by TCP leaves out a target that is down, and brings it back", async () => {
    const port = await freePort();
    await using it = await twoApps(() => {}, {
      firstUrl: `http://127.0.0.1:${port}`,
      group: { fallback: [{ use: "a", healthcheck: { tcp: `127.0.0.1:${port}`, every: "10s" } }, "b"] },
    });
    expect(targetOf(await it.run(body))).toEqual({ name: "b", left_out: ["a"] });
  });

  test("by TCP passes for a target that listens", async () => {
    await using server = await httpServer((_request, response) => json(response, 200, {}));
    await using it = await twoApps(() => {}, {
      firstUrl: server.url,
      group: { fallback: [{ use: "a", healthcheck: { tcp: server.url.slice(7) } }, "b"] },
    });
    expect(targetOf(await it.run(body))).toEqual({ name: "a" });
  });

  test("by an action leaves out a target whose action fails, and brings it back", async () => {
    let status = 500;
    await using it = await twoApps((_request, response) => json(response, status, {}), {
      group: { fallback: [{ use: "a", healthcheck: { action: "ping", every: "5s" } }, "b"] },
    });
    expect(targetOf(await it.run(body))).toEqual({ name: "b", left_out: ["a"] });
    status = 200;
    await it.clock.advance(5000);
    expect(targetOf(await it.run(body))).toEqual({ name: "a" });
    expect(it.a.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /ping", "GET /ping", "POST /do"]);
  });
});

/** A notification by mail whose group tries these servers, and runs it for three people. */
async function twoMailServers(first: Record<string, number>, group: object = {}) {
  const a = await mailServer(first);
  const b = await mailServer();
  const at = (key: string) => ({
    envs: { prd: { email: { provider: "smtp", url: secret(key), from: "shop@x.example" } } },
    messages: { plain: {} },
  });
  const entries = { a: at("a"), b: at("b"), any: { fallback: ["a", "b"], ...group } };
  const consumer = consumerOf(
    { event: { type: "notification", notification: "any" }, entries },
    { execute: notificationExecutor(), secrets: { a: a.url, b: b.url } },
  );
  const text = { en: "Hi" };
  const to = ["quick1@x.example", "quick2@x.example", "slow@x.example"];
  const input = { slug: "plain", email: { to, subject: text, template: text } };
  const sent = () => [a, b].map(({ mails }) => mails.flatMap((mail) => mail.to).toSorted());
  return {
    ...consumer,
    sent,
    run: (before?: Job) => consumer.run(input, before),
    async [Symbol.asyncDispose]() {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
    },
  };
}

describe("a mail to three people", () => {
  const [quick1, quick2, slow] = ["quick1@x.example", "quick2@x.example", "slow@x.example"];

  test.each([[undefined], [["TIMEOUT"]]])(
    "of whom one server reaches two before its limit (on: %s) reaches the third by the other",
    async (on) => {
      await using it = await twoMailServers({ "slow@x.example": 0 }, { timeout_ms: 2000, ...(on && { on }) });
      const running = it.run();
      await until(() => it.sent()[0]?.length === 2);
      await it.clock.advance(1800);
      const job = await running;
      if (!on) {
        expect([job.status, job.attempts[0]?.error?.code]).not.toEqual(["completed", undefined]);
        await it.clock.advance(Math.max(0, job.due_at - it.clock.now()));
        expect((await it.run(job)).status).toBe("completed");
      }
      expect(it.sent()).toEqual([[quick1, quick2], [slow]]);
    },
  );

  test("of whom the first server refuses one is sent to that one by the other", async () => {
    await using it = await twoMailServers({ "slow@x.example": 451 });
    const job = await it.run();
    expect([job.status, targetOf(job)?.name]).toEqual(["completed", "b"]);
    expect(it.sent()).toEqual([[quick1, quick2], [slow]]);
  });
});

test("a storage whose first bucket is down stores the file in the second", async () => {
  const storage = providers["storage: S3"] as { target: (url: string) => object; execute: (url: string) => Execute };
  await using a = await httpServer((_request, response) => response.writeHead(503).end());
  await using b = await httpServer((_request, response) => response.writeHead(200, { etag: '"1"' }).end());
  const entries = { a: storage.target(a.url), b: storage.target(b.url), any: { fallback: ["a", "b"] } };
  const event = { type: "storage", storage: "any" } as const;
  const { run } = consumerOf({ event, entries }, { execute: storage.execute("") });
  const job = await run({ buffer: "aGVsbG8=", fileName: "a.txt", mimeType: "text/plain" });
  expect([job.status, targetOf(job)?.name, targetOf(job)?.tried]).toEqual([
    "completed",
    "b",
    [{ name: "a", code: "SERVICE_UNAVAILABLE" }],
  ]);
  expect(b.seen.map(({ method, url }) => `${method} ${url.split("?")[0]}`)).toEqual(["PUT /bucket/a.txt"]);
});

test("a database whose first host is down writes to the second", async () => {
  const server = await startPostgres();
  try {
    const statement = "INSERT INTO notes (id) VALUES ('{{id:string}}')";
    const at = (key: string) => ({
      engine: "postgres",
      envs: { prd: { connection: secret(key) } },
      actions: { write: { operation: "create", statement } },
    });
    const entries = { main: at("main"), spare: at("spare"), any: { fallback: ["main", "spare"] } };
    const secrets = { main: server.url(await freePort()), spare: server.url() };
    const { Client } = (await import("pg")).default;
    const admin = new Client({ connectionString: server.url() });
    await admin.connect();
    await admin.query("CREATE TABLE notes (id text)");
    const event = { type: "database_action", database: "any", action: "write" } as const;
    const { run } = consumerOf({ event, entries }, { execute: databaseAction, secrets });
    const job = await run({ data: { id: "n-1" } });
    expect([job.status, targetOf(job)]).toEqual([
      "completed",
      { name: "spare", tried: [{ name: "main", code: "CONNECTION_ERROR" }] },
    ]);
    expect((await admin.query("SELECT id FROM notes")).rows).toEqual([{ id: "n-1" }]);
    await admin.end();
  } finally {
    closePostgres();
    await server.stop();
  }
});

test("a broker that is down is left for the other", async () => {
  const sqs = providers["publish: SQS"] as { target: (url: string) => object; execute: (url: string) => Execute };
  const port = await freePort();
  const down = { provider: "rabbitmq", url: secret("rabbit"), topics: { t: { exchange: "orders" } } };
  await using up = await httpServer((_request, response) =>
    json(response, 200, { MessageId: "1", MD5OfMessageBody: "5d41402abc4b2a76b9719d911017c592" }),
  );
  const entries = { a: { envs: { prd: down } }, b: sqs.target(up.url), any: { fallback: ["a", "b"] } };
  const { run } = consumerOf(
    { event: { type: "publish", broker: "any", topic: "t" }, entries },
    { execute: sqs.execute(up.url), secrets: { rabbit: `amqp://127.0.0.1:${port}` } },
  );
  const job = await run({ message: "hello", key: "c-42" });
  expect([job.status, targetOf(job)]).toEqual([
    "completed",
    { name: "b", tried: [{ name: "a", code: "CONNECTION_ERROR" }] },
  ]);
});
