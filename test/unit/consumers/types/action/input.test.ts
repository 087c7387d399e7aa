import { Ajv2020 } from "ajv/dist/2020.js";
import { defineProduct } from "../../../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { productView } from "../../../../../lambdas/core/queries/product-view.ts";
import { fakeApi } from "../../../../support/api.ts";

const action = (name: string) => ({ type: "action" as const, app: "backend", action: name });
const shop = defineProduct({
  tag: "shop",
  envs: ["prd"],
  jobs: {
    remind: action("remind"),
    order: action("order"),
    find: action("find"),
    open: { ...action("order"), expressions: true },
  },
  apps: {
    backend: {
      envs: { prd: { base_url: "https://backend.example.com/:tenant" } },
      actions: {
        remind: { method: "POST", path: "/orders/:order/reminders" },
        order: {
          method: "POST",
          path: "/orders",
          defaults: { params: { tenant: "own" }, body: { source: "$Input{query}{from}" } },
          body: {
            sku: { type: "string", min: 2 },
            quantity: { type: "integer", required: false, max: 9 },
            source: { type: "string" },
          },
        },
        find: { method: "GET", path: "/orders" },
      },
    },
  },
});
const catalog = makeCatalog([shop] as readonly unknown[] as readonly Product[], registry);

const view = () => {
  const [product] = catalog.products;
  if (!product) throw new Error("there is no product");
  return productView(product, catalog, allScopes);
};
const schemaOf = (tag: string) => view()?.events.find((event) => event.tag === tag)?.input as Record<string, never>;
const ask = async (event: string, input: object) => {
  const { ask } = fakeApi({ catalog });
  return ask({ method: "POST", path: "/v1/explain", body: { product_tag: "shop", env: "prd", event, input } });
};

describe("the JSON Schema of an action's input", () => {
  it.each<[string, object, boolean]>([
    ["remind", { params: { tenant: "t", order: "A-1" }, body: { any: [1] } }, true],
    ["remind", { params: { tenant: "t", order: 5 } }, true],
    ["remind", {}, false],
    ["remind", { params: { order: "A-1" } }, false],
    ["remind", { params: { tenant: "t", order: "A-1", other: 1 } }, false],
    ["remind", { params: { tenant: "t", order: {} } }, false],
    ["order", { body: { sku: "A-1" } }, true],
    ["order", { params: { tenant: "x" }, body: { sku: "A-1", quantity: 2, source: "x" } }, true],
    ["order", { body: { sku: "A" } }, false],
    ["order", { body: { quantity: 1 } }, false],
    ["order", { body: { sku: "A-1", quantity: 10 } }, false],
    ["order", { body: { sku: "A-1", colour: "red" } }, false],
    ["order", { body: ["A-1"] }, false],
    ["order", {}, false],
    ["find", { params: { tenant: "t" }, query: { a: { b: [1] } } }, true],
    ["find", { params: { tenant: "t" }, body: { a: 1 } }, false],
  ])("of %s judges %j as a request would: %j", async (event, input, isValid) => {
    const validate = new Ajv2020({ strict: false }).compile(await schemaOf(event));
    expect([validate(input), (await ask(event, input)).status]).toEqual([isValid, isValid ? 200 : 400]);
  });
});

describe("the declared fields of a body", () => {
  it("are named in a request's fault", async () => {
    const { body } = await ask("order", { body: { quantity: 10, skuu: 1 } });
    expect(body.errors).toEqual([
      { pointer: "/input/body/sku", detail: expect.stringContaining("required") },
      { pointer: "/input/body/quantity", detail: "must be at most 9" },
      { pointer: "/input/body/skuu", detail: 'unknown field. Did you mean "sku"?' },
    ]);
  });

  it("may be given in a flat input", async () => {
    expect((await ask("order", { sku: "A-1", quantity: 2 })).status).toBe(200);
    expect((await ask("order", { sku: 5 })).body.errors).toMatchObject([{ pointer: "/input/sku" }]);
  });

  it("may come from an expression", async () => {
    expect((await ask("open", { body: { sku: "$Now", quantity: 3 } })).status).toBe(200);
    expect((await ask("open", { body: { sku: "$Now", quantity: 30 } })).status).toBe(400);
  });

  it.each([
    [{ method: "GET" as const }, /GET request has no body/],
    [{ body_type: "text" as const }, /has no fields/],
  ])("are a fault of the catalog for %j", (more, detail) => {
    const { order } = shop.apps.backend.actions;
    const backend = { ...shop.apps.backend, actions: { ...shop.apps.backend.actions, order: { ...order, ...more } } };
    const faults = checkCatalog([{ ...shop, apps: { backend } }], registry);
    expect(faults).toContainEqual(
      expect.objectContaining({
        pointer: expect.stringContaining("/actions/order/body"),
        detail: expect.stringMatching(detail),
      }),
    );
  });
});
