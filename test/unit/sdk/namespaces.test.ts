import { type Ductape, InvalidRequestError } from "../../../sdk/src/index.ts";
import { aReceipt, rejection } from "./fake-api.ts";
import { faked, url } from "./faked.ts";

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
  ])("%s is the job of its event, and everything else is sent as it is", async (_name, call, sent) => {
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
    [
      "has an operation instead of an event",
      (client) => client.storage.dispatch({ storage: "a", operation: "upload" } as never),
      "/event",
    ],
    ["has a number for an event", (client) => client.storage.dispatch({ event: 5 } as never), "/event"],
    ["has no data", (client) => client.workflows.dispatch(undefined as never), ""],
  ])("that %s is refused", async (_name, call, pointer) => {
    const { client, seen } = faked();
    expect(await rejection(call(client))).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer }] });
    expect(seen).toEqual([]);
  });

  test("does not choose between two values of one option", async () => {
    const { client, seen } = faked();
    await client.features.dispatch({ tag: "go", retries: 1, options: { retries: 2, timeout: 5000 } });
    await client.features.dispatch({ tag: "go", retries: 2, options: { retries: 2 } });
    expect(seen[0]?.body).toMatchObject({ retries: 1, timeout_ms: 5000, options: { retries: 2 } });
    expect(seen[1]?.body).toEqual({ event: "go", input: {}, retries: 2, ...at });
  });

  test("leaves options that it does not know for the API to refuse", async () => {
    const { client, seen } = faked();
    await client.features.dispatch({ tag: "go", options: { retires: 2 } as object });
    expect(seen[0]?.body).toMatchObject({ options: { retires: 2 } });
  });
});

describe("what Ductape has and this does not", () => {
  test.each<[string, (client: Ductape) => Promise<unknown>, RegExp]>([
    [
      "databases.dispatch",
      (client) => client.databases.dispatch({ operation: "insert" }),
      /action of the catalog.*databases\.action\.dispatch/,
    ],
    ["database.dispatch", (client) => client.database.dispatch({}), /databases\.action\.dispatch/],
    ["graphs.dispatch", (client) => client.graphs.dispatch({}), /action of the catalog's app/],
    ["graphs.action.dispatch", (client) => client.graphs.action.dispatch({}), /action of the catalog's app/],
    [
      "jobs.setWebhook",
      (client) => client.jobs.setWebhook({ url, secret: "s3cret" }),
      /webhooks: \{ .*events: .*secret\(/,
    ],
  ])("%s rejects with what to do instead", async (_name, call, message) => {
    const { client, seen } = faked();
    const error = await rejection(call(client));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(error)).not.toContain("s3cret");
    expect(seen).toEqual([]);
  });
});
