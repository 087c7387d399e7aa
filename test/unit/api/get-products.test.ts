import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { fakeApi } from "../../support/api.ts";

const setting = {
  base_url: parameter("/hidden/url"),
  auth: { type: "bearer", token: secret("hidden#token") },
} as const;

const shop = defineProduct({
  tag: "shop",
  name: "The shop",
  envs: ["dev", "prd"],
  jobs: {
    charge: {
      type: "action",
      app: "payments",
      action: "charge",
      description: "Charges a card.",
      retries: 7,
      timeout_ms: 900,
    },
    onboard: { type: "feature", feature: "onboarding" },
    anything: { type: "feature", feature: "open" },
  },
  apps: {
    payments: {
      envs: { dev: { ...setting, base_url: parameter("/test/url") }, prd: setting },
      actions: { charge: { method: "POST", path: "/hidden/path" } },
    },
  },
  features: {
    onboarding: {
      input: {
        email: { type: "email" },
        age: { type: "integer", min: 18, required: false },
        tags: { type: "array", max: 3, required: false },
      },
      sequences: { main: [{ event: "charge" }] },
    },
    open: { sequences: { main: [{ event: "charge" }] } },
  },
});
const crm = defineProduct({ tag: "crm", envs: ["prd"], jobs: {} });
const catalog = makeCatalog([shop, crm], registry);

const ask = (path: string, reach: Partial<typeof allScopes> | null = {}) =>
  fakeApi({ catalog }).ask({ path, scopes: reach && { ...allScopes, verbs: ["jobs:read"], ...reach } });

const events = [
  { tag: "charge", type: "action", description: "Charges a card.", retries: 7, timeout_ms: 900, target: "payments" },
  { tag: "onboard", type: "feature", retries: 0, timeout_ms: 30_000, target: "onboarding" },
  { tag: "anything", type: "feature", retries: 0, timeout_ms: 30_000, target: "open" },
];

describe("GET /v1/products", () => {
  it("shows products, envs, and events with a request's defaults", async () => {
    expect(await ask("/v1/products")).toMatchObject({
      status: 200,
      body: {
        products: [
          { tag: "shop", name: "The shop", envs: ["dev", "prd"], events },
          { tag: "crm", envs: ["prd"], events: [] },
        ],
      },
    });
  });

  it.each([
    [{ products: ["crm"] }, [{ tag: "crm", envs: ["prd"] }]],
    [{ envs: ["dev"] }, [{ tag: "shop", envs: ["dev"] }]],
    [{ products: ["crm"], envs: ["dev"] }, []],
  ])("shows a key for %j what it reaches", async (reach, expected) => {
    const { body } = await ask("/v1/products", reach);
    expect(body.products).toHaveLength(expected.length);
    expect(body.products).toMatchObject(expected);
  });

  it("shows nothing of how a target is reached", async () => {
    expect(JSON.stringify((await ask("/v1/products")).body)).not.toMatch(/hidden|secret|parameter|bearer/);
  });
});

describe("GET /v1/products/{tag}", () => {
  it("names what a target refers to in the key's envs, and no more", async () => {
    const named = async (envs: string[]) => {
      const { body } = await ask("/v1/products/shop", { envs });
      expect(JSON.stringify(body)).not.toMatch(/path|bearer/);
      return body.events.map(({ references }: { references: string[] }) => references);
    };
    const live = ['parameter("/hidden/url")', 'secret("hidden#token")'];
    expect(await named(["prd"])).toEqual([live, [], []]);
    expect(await named(["dev", "prd"])).toEqual([
      ['parameter("/test/url")', 'secret("hidden#token")', live[0]],
      [],
      [],
    ]);
  });

  it("shows a product with the JSON Schema of each event's input", async () => {
    const { status, body } = await ask("/v1/products/shop");
    expect(status).toBe(200);
    expect(body).toMatchObject({ tag: "shop", name: "The shop", envs: ["dev", "prd"], events });
    const [charge, onboard, anything] = body.events.map(({ input }: { input: unknown }) => input);
    expect(charge).toMatchObject({
      type: "object",
      properties: { params: { type: "object" }, body: { anyOf: [{ type: "object" }, { type: "array" }] } },
      additionalProperties: false,
    });
    expect(onboard).toMatchObject({
      type: "object",
      properties: {
        email: { type: "string", format: "email" },
        age: { type: "integer", minimum: 18 },
        tags: { type: "array", maxItems: 3 },
      },
      required: ["email"],
      additionalProperties: false,
    });
    expect(anything).toMatchObject({ type: "object", additionalProperties: {} });
  });

  it("has a schema for the input of every job type", async () => {
    const { body } = await fakeApi().ask({ path: "/v1/products/my-product" });
    expect(body.events.every(({ input }: { input: { type: string } }) => input.type === "object")).toBe(true);
  });

  it.each([
    ["an unknown product", "/v1/products/shp", {}, 404, "PRODUCT_NOT_FOUND"],
    ["a product beyond the key", "/v1/products/shop", { products: ["crm"] }, 403, "FORBIDDEN"],
    ["a product of which the key reaches no env", "/v1/products/crm", { envs: ["dev"] }, 403, "FORBIDDEN"],
    ["a key that may not read", "/v1/products/shop", { verbs: ["jobs:write" as const] }, 403, "FORBIDDEN"],
    ["a key that may not read any", "/v1/products", { verbs: ["jobs:write" as const] }, 403, "FORBIDDEN"],
    ["no authorization", "/v1/products", null, 401, "UNAUTHENTICATED"],
  ])("refuses %s", async (_what, path, reach, status, code) => {
    expect(await ask(path, reach)).toMatchObject({ status, body: { code } });
  });
});
