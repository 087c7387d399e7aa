import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { type Ductape, InvalidRequestError } from "../../../sdk/src/index.ts";
import { instead } from "../../../sdk/src/not-here.ts";
import { apiKey, aReceipt, completedJob, fakeApi, rejection, until } from "./fake-api.ts";
import { faked, here, url } from "./faked.ts";

describe("a dispatch of a namespace", () => {
  const schedule = { cron: "0 9 * * *", tz: "Europe/Berlin", endDate: "2030-12-31" };
  const retryConfig = { initialDelay: 5000, nonRetryableErrors: ["CARD_DECLINED"] };
  const at = { product_tag: "my-product", env: "prd" };

  test.each<[string, (client: Ductape) => Promise<unknown>, object]>([
    [
      "actions",
      (client) =>
        client.actions.dispatch({ action: "create_order", input: { "body:sku": "A-1" }, retryConfig, schedule }),
      { event: "create_order", input: { "body:sku": "A-1" }, retryConfig, schedule },
    ],
    [
      "api",
      (client) => client.api.dispatch({ app: "shop", event: "create_order", retries: 5, cache: {}, session: {} }),
      { app: "shop", event: "create_order", input: {}, retries: 5, cache: {}, session: {} },
    ],
    [
      "features",
      (client) => client.features.dispatch({ feature: "place_order", input: { sku: "A-1" } }),
      { event: "place_order", input: { sku: "A-1" } },
    ],
    [
      "features by tag, with options",
      (client) => client.features.dispatch({ tag: "place_order", options: { retries: 2, timeout: 5000 } }),
      { event: "place_order", input: {}, retries: 2, timeout_ms: 5000 },
    ],
    [
      "workflows",
      (client) => client.workflows.dispatch({ workflow: "place_order" }),
      { event: "place_order", input: {} },
    ],
    [
      "notifications",
      (client) =>
        client.notifications.dispatch({
          notification: "customers",
          event: "welcome",
          input: { email: { recipients: ["ada@example.com"], template: { name: "Ada" } } },
        }),
      { event: "customers:welcome", input: { email: { recipients: ["ada@example.com"], template: { name: "Ada" } } } },
    ],
    [
      "notifications with a whole event",
      (client) => client.notifications.dispatch({ notification: "other", event: "customers:welcome", input: {} }),
      { event: "customers:welcome", input: {} },
    ],
    [
      "notifications by the event's tag",
      (client) => client.notifications.dispatch({ event: "send_notification", input: { slug: "welcome" } }),
      { event: "send_notification", input: { slug: "welcome" } },
    ],
    [
      "databases.action",
      (client) =>
        client.databases.action.dispatch({
          database: "orders",
          event: "create",
          input: { query: {}, data: [{ id: 1 }] },
        }),
      { event: "orders:create", input: { query: {}, data: [{ id: 1 }] } },
    ],
    [
      "database.action",
      (client) => client.database.action.dispatch({ event: "orders:create" }),
      { event: "orders:create", input: {} },
    ],
    [
      "storage",
      (client) =>
        client.storage.dispatch({
          storage: "documents",
          event: "store_document",
          input: { blob: Buffer.from("hello"), mimeType: "" },
        }),
      { event: "store_document", input: { blob: "aGVsbG8=", mimeType: "" } },
    ],
    [
      "events",
      (client) => client.events.dispatch({ broker: "shop", event: "order_created", input: { message: { id: 1 } } }),
      { event: "shop:order_created", input: { message: { id: 1 } } },
    ],
  ])("(%s) is a job of its event with everything else as sent", async (_name, call, sent) => {
    const { client, seen } = faked();
    expect(await call(client)).toEqual(aReceipt());
    expect(seen).toEqual([{ path: "/v1/jobs", body: { ...sent, ...at } }]);
  });

  test("names its own product and env in either spelling", async () => {
    const { client, seen } = faked();
    await client.api.dispatch({ product: "shop", env: "dev", event: "go" });
    await client.api.dispatch({ product_tag: "shop", event: "go" });
    expect(seen.map(({ body }) => body)).toEqual([
      { product: "shop", env: "dev", event: "go", input: {} },
      { product_tag: "shop", env: "prd", event: "go", input: {} },
    ]);
  });

  test("that names no product or env is refused before anything is sent", async () => {
    const { client, seen } = faked({});
    const error = await rejection(client.api.dispatch({ event: "go" }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({
      errors: [
        { pointer: "/product_tag", detail: expect.stringContaining("new Ductape({ product })") },
        { pointer: "/env", detail: expect.stringContaining("new Ductape({ env })") },
      ],
    });
    expect(seen).toEqual([]);
  });

  test.each<[string, (client: Ductape) => Promise<unknown>, string]>([
    ["names no event", (client) => client.api.dispatch({}), "/event"],
    ["names no feature", (client) => client.features.dispatch({}), "/feature"],
    ["names two events", (client) => client.actions.dispatch({ event: "a", action: "b" }), "/action"],
    ["names no storage and no event", (client) => client.storage.dispatch({ operation: "upload" }), "/event"],
    ["has a number for an event", (client) => client.storage.dispatch({ event: 5 } as never), "/event"],
    ["has no data", (client) => client.workflows.dispatch(undefined as never), ""],
  ])("that %s is refused", async (_name, call, pointer) => {
    const { client, seen } = faked();
    expect(await rejection(call(client))).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer }] });
    expect(seen).toEqual([]);
  });

  test("is refused if it sets one option twice", async () => {
    const { client, seen } = faked();
    await client.features.dispatch({ tag: "go", retries: 1, options: { retries: 2, timeout: 5000 } });
    await client.features.dispatch({ tag: "go", retries: 2, options: { retries: 2 } });
    expect(seen[0]?.body).toMatchObject({ retries: 1, timeout_ms: 5000, options: { retries: 2 } });
    expect(seen[1]?.body).toEqual({ event: "go", input: {}, retries: 2, ...at });
  });

  test("leaves unknown options for the API to refuse", async () => {
    const { client, seen } = faked();
    await client.features.dispatch({ tag: "go", options: { retires: 2 } as object });
    expect(seen[0]?.body).toMatchObject({ options: { retires: 2 } });
  });
});

describe("what Ductape runs at once", () => {
  const at = { product_tag: "my-product", env: "prd" };
  const email = { recipients: ["ada@example.com"], template: { name: "Ada" } };
  const file = { buffer: "aGVsbG8=", fileName: "a.txt", mimeType: "text/plain" };
  const response = { status: 201, headers: {}, body: { id: "cus_1" } };
  const mailed = { channels: { email: { status: "sent", sent: [{ to: "ada@example.com", id: "m-1" }] } } };
  const mail = { success: true, channel: "email", messageId: "m-1" };
  const stored = {
    provider: "s3",
    bucket: "b",
    key: "docs/a.txt",
    size: 5,
    etag: "e",
    url: "u",
    mime_type: "text/plain",
  };
  const uploaded = { ...stored, success: true, fileName: "docs/a.txt", mimeType: "text/plain" };
  const rows = { rows: [{ id: 1 }], row_count: 1, truncated: false };
  const published = { topic: "order_created", provider: "sqs", message_id: "m" };

  test.each<[string, (client: Ductape) => Promise<unknown>, object, unknown, unknown]>([
    [
      "api.run",
      (client) => client.api.run({ app: "shop", action: "create", input: { sku: "A-1" } }),
      { app: "shop", event: "create", input: { sku: "A-1" } },
      response,
      { id: "cus_1" },
    ],
    [
      "actions.run",
      (client) => client.actions.run({ event: "create_order", retries: 0, session: { tag: "user", token: "t" } }),
      { event: "create_order", input: {}, retries: 0, session: { tag: "user", token: "t" } },
      response,
      { id: "cus_1" },
    ],
    ["features.run", (client) => client.features.run({ tag: "go" }), { event: "go", input: {} }, { a: 1 }, { a: 1 }],
    [
      "notifications.send",
      (client) => client.notifications.send({ event: "customers:welcome", input: { email } }),
      { event: "customers:welcome", input: { email } },
      mailed,
      { success: true, channels: { email: mail } },
    ],
    [
      "notifications.send with the channels beside it",
      (client) => client.notifications.send({ notification: "customers:welcome", email }),
      { event: "customers:welcome", input: { email } },
      mailed,
      { success: true, channels: { email: mail } },
    ],
    [
      "notifications.email.send",
      (client) => client.notifications.email.send({ notification: "customers:welcome", input: email }),
      { event: "customers:welcome", input: { email } },
      mailed,
      mail,
    ],
    [
      "notifications.push",
      (client) => client.notifications.push({ notification: "customers", event: "welcome", input: {} }),
      { event: "customers:welcome", input: { push_notification: {} } },
      { channels: { push_notification: { status: "failed", code: "NOT_FOUND" } } },
      { success: false, channel: "push" },
    ],
    [
      "storage.upload",
      (client) => client.storage.upload({ storage: "documents", ...file }),
      { event: "documents", input: file },
      stored,
      uploaded,
    ],
    [
      "storage.upload of an event",
      (client) => client.storage.upload({ storage: "documents", event: "store_document", input: file }),
      { event: "store_document", input: file },
      stored,
      uploaded,
    ],
    [
      "events.produce",
      (client) => client.events.produce({ event: "shop:order_created", message: { id: 1 } }),
      { event: "shop:order_created", input: { message: { id: 1 } } },
      published,
      published,
    ],
    [
      "databases.execute",
      (client) => client.databases.execute({ database: "orders", action: "of_customer", input: { customer: "ada" } }),
      { event: "orders:of_customer", input: { data: { customer: "ada" } } },
      rows,
      rows,
    ],
    [
      "databases.action.execute",
      (client) => client.databases.action.execute({ database: "orders", event: "find", input: { query: { id: 1 } } }),
      { event: "orders:find", input: { query: { id: 1 } } },
      rows,
      rows,
    ],
  ])("(%s) is one job that the client awaits", async (_name, call, sent, result, answer) => {
    await using api = await fakeApi([{ body: completedJob(result) }], here);
    expect(await call(api.client)).toEqual(answer);
    expect(api.seen.map(({ path }) => path)).toEqual(["/v1/jobs"]);
    expect(api.seen[0]?.headers).toMatchObject({ prefer: "wait=25" });
    expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({ ...sent, ...at });
  });

  test("has the names that jobs and files had in late 2025", async () => {
    await using api = await fakeApi([{ body: completedJob(response) }], here);
    const repeat = { every: 86_400_000 };
    expect(await api.client.job.schedule({ event: "go", start_at: 0, input: {}, repeat })).toEqual(response);
    expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({ event: "go", start_at: 0, input: {}, repeat, ...at });
    await api.client.storage.run({ event: "store_document", input: file });
    expect(JSON.parse(api.seen[1]?.body ?? "")).toMatchObject({ event: "store_document", input: file });
  });

  test("has the names below processor that it had in 2025", async () => {
    await using api = await fakeApi([{ body: completedJob(response) }], here);
    const { action, feature, notification, storage, messageBroker, database } = api.client.processor;
    expect(await action.run({ event: "create_order" })).toEqual({ id: "cus_1" });
    expect([
      feature.run,
      notification.send,
      storage.save,
      storage.run,
      messageBroker.publish,
      database.execute,
    ]).toEqual(Array(6).fill(expect.any(Function)));
  });

  test("waits no longer than its caller", async () => {
    await using api = await fakeApi([{ silent: true }], here);
    const call = rejection(api.client.api.run({ event: "go" }, { timeout: 10 }));
    await until(() => api.seen.length === 1);
    api.runtime.fire(10);
    expect(await call).toMatchObject({ code: "WAIT_TIMEOUT" });
  });
});

/** The calls of the rows of a table of the page, by its heading: `events.consume` in its left column. */
const page = readFileSync(new URL("../../../docs/coming-from-ductape.md", import.meta.url), "utf8");
const callsUnder = (heading: string): string[] => {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const rows =
    section
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| ")) ?? [];
  return rows
    .slice(2)
    .flatMap((row) => [...(row.split(" | ")[0]?.matchAll(/`(\w+(?:\.\w+)+)`/g) ?? [])])
    .map(([, call = ""]) => call);
};
const callOf = (client: Ductape, path: string): unknown =>
  path.split(".").reduce<unknown>((place, name) => (place as Record<string, unknown>)?.[name], client);

describe("a call of Ductape's that does not exist here", () => {
  test("is on the page", () => {
    const calls = callsUnder("What is missing");
    expect(calls.length).toBeGreaterThan(50);
    expect([...calls].sort()).toEqual([...Object.keys(instead), "jobs.setWebhook"].sort());
  });

  test("is none of a namespace's calls where they are listed", () => {
    const { client } = faked();
    expect(Object.keys(client.jobs)).not.toContain("schedule");
    expect(Object.keys(client.processor.job)).toEqual(["dispatch", "schedule"]);
    expect(Object.keys(client.databases)).not.toContain("find");
  });

  test.each(callsUnder("What is missing"))("(%s) rejects with what to use instead", async (path) => {
    const { client, seen } = faked();
    const places = [client, ...(path.startsWith("jobs.") ? [] : [client.processor])];
    for (const place of places) {
      const call = callOf(place as Ductape, path) as (data: object) => Promise<unknown>;
      const error = await rejection(call({ url, secret: "s3cret" }));
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect(String(error)).toMatch(/: here, .{30,}\.$|webhooks: \{ .*events: .*secret\(/);
      expect(String(error)).not.toContain("s3cret");
    }
    expect(seen).toEqual([]);
  });

  test.each<[string, (client: Ductape) => Promise<unknown>, RegExp]>([
    ["databases.dispatch", (client) => client.databases.dispatch({ operation: "insert" }), /databases\.execute/],
    ["graphs.dispatch", (client) => client.graphs.dispatch({}), /action of the catalog's app/],
  ])("(%s) rejects in its words", async (_name, call, message) => {
    expect(await rejection(call(faked().client))).toMatchObject({ message: expect.stringMatching(message) });
  });

  test.each([
    ...["graph.executeTransaction", "product.jobs.create", "product.notifications.messages.fetchAll", "model.update"],
    ...["sessions.fetchUsers", "quotas.check", "resilience.quotas.run", "health.define", "secrets.fetchAll"],
  ])("(%s) is refused by its name, though no list has it", async (path) => {
    const { client, seen } = faked();
    for (const place of [client, client.processor]) {
      const call = callOf(place as Ductape, path) as (data: object) => Promise<unknown>;
      expect(String(await rejection(call({})))).toMatch(new RegExp(`${path.replaceAll(".", "\\.")}: here, .{30,}`));
    }
    expect(seen).toEqual([]);
  });

  test("is no promise, and can be printed", async () => {
    const { client } = faked();
    const { sessions } = client as unknown as { sessions: unknown };
    expect(await sessions).toBe(sessions);
    expect(`${inspect(sessions)}`).toContain("Function");
  });

  test("does not compile", () => {
    const { client } = faked();
    // @ts-expect-error there is no such call
    expect(client.events.consume).toBeInstanceOf(Function);
    // @ts-expect-error there is no such namespace
    expect(client.sessions).toBeDefined();
  });

  test("(job.input or job.updated_at) throws what to use instead", async () => {
    await using api = await fakeApi([{ body: completedJob(1) }], { apiKey });
    const job = await api.client.jobs.get("job_1");
    const old = job as unknown as { input: unknown; updated_at: unknown };
    expect(() => old.input).toThrow(/jobs\.input\("job_/);
    expect(() => old.updated_at).toThrow(/jobs\.runs\("job_/);
    expect({ ...job }).toEqual(completedJob(1));
    expect(JSON.parse(JSON.stringify(job))).toEqual(completedJob(1));
  });
});

test("the page's calls that are the same exist", () => {
  const calls = callsUnder("The SDK").filter((call) => !call.startsWith("processor.job"));
  expect(calls.length).toBeGreaterThan(20);
  const { client } = faked();
  const missing = calls.filter((call) => typeof callOf(client, call) !== "function");
  expect(missing).toEqual([]);
});
