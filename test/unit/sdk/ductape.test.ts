import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import DuctapeByDefault, {
  ConfigurationError,
  createDuctape,
  Ductape,
  type DuctapeOptions,
  ductape,
  InvalidRequestError,
} from "../../../sdk/src/index.ts";
import { apiKey, aReceipt, fakeApi, rejection } from "./fake-api.ts";

const url = "https://jobs.example.com";
const receipt = { body: aReceipt() };
const here = { product: "my-product", env: "prd" };

/** A client whose fetch is a function: what it asks for, as method, path and body. */
function faked(options: DuctapeOptions = here) {
  const seen: { path: string; body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const text = init?.body as string | undefined;
    seen.push({ path: String(input).slice(url.length), body: text === undefined ? undefined : JSON.parse(text) });
    return Response.json(aReceipt());
  };
  return { seen, client: new DuctapeByDefault({ url, apiKey, fetch, ...options }) };
}

describe("the class of Ductape's documentation", () => {
  test("is the default export, and makes what createDuctape makes", () => {
    expect(DuctapeByDefault).toBe(Ductape);
    const client = new DuctapeByDefault({ url, apiKey });
    expect(client).toBeInstanceOf(Ductape);
    expect(createDuctape({ url, apiKey })).toBeInstanceOf(Ductape);
    expect(Object.keys(client)).toEqual(Object.keys(ductape));
    expect(inspect(client, { depth: 20, showHidden: true }) + JSON.stringify(client)).not.toContain(apiKey);
  });

  test.each([
    "accessKey",
    "access_key",
    "secretKey",
    "token",
    "workspace_id",
    "user_id",
    "public_key",
    "private_key",
    "env_type",
  ])("refuses Ductape's %s, says what to pass instead, and quotes nothing", (field) => {
    const create = () => new DuctapeByDefault({ url, apiKey, [field]: "s3cret-value" });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(new RegExp(`^${field}: .*url and apiKey.*DUCTAPE_URL and DUCTAPE_API_KEY`));
    expect(create).not.toThrow(/s3cret/);
    expect(() => createDuctape({ url, apiKey, [field]: "s3cret-value" })).toThrow(ConfigurationError);
  });

  test("lists all of them at once, and takes one that is undefined for none", () => {
    expect(() => new Ductape({ url, apiKey, accessKey: "a", private_key: "b" } as object)).toThrow(
      /^accessKey, private_key: /,
    );
    expect(() => new Ductape({ url, apiKey, accessKey: undefined } as object)).not.toThrow();
    expect(() => new Ductape({ url, apiKey, product: "" })).toThrow(/product must be a text/);
    expect(() => new Ductape({ url, apiKey, env: 1 } as object)).toThrow(/env must be a text: the environment/);
  });

  test("does not compile with them", () => {
    // @ts-expect-error credentials of Ductape's own service
    expect(() => new Ductape({ url, apiKey, accessKey: "a" })).toThrow(ConfigurationError);
    const typed: Ductape = new Ductape({ url, apiKey });
    expect(typed.jobs).toBeDefined();
  });
});

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
  ])("%s is the job of its event, and everything else is sent as it is", async (_name, call, sent) => {
    const { client, seen } = faked();
    expect(await call(client)).toEqual(receipt.body);
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
    ["has no data", (client) => client.workflows.dispatch(undefined as never), ""],
  ])("that %s is refused", async (_name, call, pointer) => {
    const { client, seen } = faked();
    expect(await rejection(call(client))).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer }] });
    expect(seen).toEqual([]);
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
    ["events.dispatch", (client) => client.events.dispatch({ broker: "b" }), /message brokers/],
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

describe("readFile", () => {
  const file = fileURLToPath(new URL("../../../sdk/package.json", import.meta.url));

  test.each(["processor.storage.readFile", "storage.readFile", "storage.files.read"])(
    "%s answers a file in base64",
    async (name) => {
      const { client } = faked();
      const readFile = name.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], client);
      const { buffer, ...rest } = await (readFile as typeof client.storage.readFile)(file);
      expect(rest).toEqual({ fileName: "package.json", mimeType: "application/json" });
      expect(JSON.parse(Buffer.from(buffer, "base64").toString())).toMatchObject({ name: "ductape-sdk" });
    },
  );

  test("answers an empty type for an extension that it does not know, and for none", async () => {
    const { client } = faked();
    const licence = fileURLToPath(new URL("../../../sdk/LICENSE", import.meta.url));
    expect(await client.storage.readFile(licence)).toMatchObject({ fileName: "LICENSE", mimeType: "" });
    expect(await client.storage.readFile(fileURLToPath(import.meta.url))).toMatchObject({ mimeType: "" });
  });

  test("rejects with the file system's error, and says so if it is asked to download", async () => {
    const { client } = faked();
    expect(await rejection(client.storage.readFile("/no/such/file"))).toMatchObject({ code: "ENOENT" });
    expect(await rejection(client.storage.readFile({ storage: "documents" } as never))).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("path of a file"),
    });
  });

  test("says what to do where there is no file system", async () => {
    const { client } = faked();
    const { getBuiltinModule } = process;
    process.getBuiltinModule = undefined as never;
    try {
      expect(await rejection(client.storage.readFile(file))).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringMatching(/Node's file system.*arrayBuffer/),
      });
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});

describe("the client's product and env", () => {
  const at = { product_tag: "my-product", env: "prd" };

  test("are those of jobs that name none, by every way to schedule", async () => {
    await using api = await fakeApi(
      [receipt, { body: { valid: true, next_runs: [] } }, { body: { results: [{ status: 202, job: aReceipt() }] } }],
      here,
    );
    const job = { event: "create_order", input: {} };
    await api.client.processor.job.dispatch(job);
    await api.client.jobs.explain(job);
    await api.client.jobs.batch([{ ...job, product: "shop" }]);
    const [one, two, three] = api.seen.map(({ body }) => JSON.parse(body));
    expect([one, two]).toEqual([
      { ...job, ...at },
      { ...job, ...at },
    ]);
    expect(three.jobs).toMatchObject([{ ...job, product: "shop", env: "prd" }]);
    expect(three.jobs[0]).not.toHaveProperty("product_tag");
  });

  test("are those of lists, statistics and bulk changes that name none", async () => {
    await using api = await fakeApi(
      [
        { body: { jobs: [] } },
        { body: { jobs: [] } },
        { body: { counts: {} } },
        { body: { matched: 0, succeeded: 0, failed: 0, errors: [] } },
      ],
      here,
    );
    await api.client.jobs.list();
    await api.client.jobs.list({ product: "shop", env: "dev" });
    await api.client.jobs.stats();
    await api.client.jobs.pauseMany({ recurring: true });
    expect(api.seen.slice(0, 3).map(({ path }) => path)).toEqual([
      "/v1/jobs?product_tag=my-product&env=prd",
      "/v1/jobs?env=dev&product_tag=shop",
      "/v1/stats?product_tag=my-product&env=prd",
    ]);
    expect(JSON.parse(api.seen[3]?.body ?? "")).toEqual({ action: "pause", filter: { recurring: true, ...at } });
  });
});
