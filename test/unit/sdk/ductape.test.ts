import { inspect } from "node:util";
import DuctapeByDefault, { ConfigurationError, createDuctape, Ductape, ductape } from "../../../sdk/src/index.ts";
import { apiKey, aReceipt, fakeApi } from "./fake-api.ts";
import { here, url } from "./faked.ts";

const receipt = { body: aReceipt() };

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
  ])("refuses Ductape's %s, and says what to pass instead", (field) => {
    const create = () => new DuctapeByDefault({ url, apiKey, [field]: "s3cret-value" });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(new RegExp(`^${field}: .*url and apiKey.*DUCTAPE_URL and DUCTAPE_API_KEY`));
    expect(create).not.toThrow(/s3cret/);
    expect(() => createDuctape({ url, apiKey, [field]: "s3cret-value" })).toThrow(ConfigurationError);
  });

  test("lists all refused options at once", () => {
    expect(() => new Ductape({ url, apiKey, accessKey: "a", private_key: "b" } as object)).toThrow(
      /^accessKey, private_key: /,
    );
    expect(() => new Ductape({ url, apiKey, accessKey: undefined } as object)).not.toThrow();
    expect(() => new Ductape({ url, apiKey, product: "" })).toThrow(/product must be a text/);
    expect(() => new Ductape({ url, apiKey, env: 1 } as object)).toThrow(/env must be a text: the environment/);
  });

  test("does not compile with refused options", () => {
    // @ts-expect-error credentials of Ductape's own service
    expect(() => new Ductape({ url, apiKey, accessKey: "a" })).toThrow(ConfigurationError);
    const typed: Ductape = new Ductape({ url, apiKey });
    expect(typed.jobs).toBeDefined();
  });
});

describe("the client's product and env", () => {
  const at = { product_tag: "my-product", env: "prd" };

  test("are the defaults of every way to schedule", async () => {
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

  test("are the defaults of lists, statistics and bulk changes", async () => {
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
