import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import {
  definitionId,
  definitionOf,
  type FeatureDefinition,
} from "../../../lambdas/core/catalog/feature-definition.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { productWith } from "../../support/feature-world.ts";

const create = { event: "create", input: { body: { mark: "written-in-the-catalog" } } };
const catalogOf = (onboard: Parameters<typeof productWith>[0][string], constants = {}) =>
  makeCatalog([{ ...productWith({ onboard }), constants }], registry);
const inCatalog = catalogOf({ sequences: { main: [create, { event: "charge" }] }, output: { of: "now" } }, { fee: 2 });
const before = catalogOf({ sequences: { main: [create] }, output: { of: "before" } }, { fee: "a-value" });
const definitionIn = (catalog: typeof before): FeatureDefinition => {
  const found = catalog.lookup("shop", "onboard");
  if (!found) throw new Error("there is no such event");
  return definitionOf(found);
};
const old = definitionIn(before);
const event = { product: "shop", event: "onboard" };

async function asked(
  definition = old,
  { reach = {}, events = [event] }: { reach?: object; events?: (typeof event)[] } = {},
) {
  const api = fakeApi({ catalog: inCatalog });
  const id = definitionId(definition);
  for (const one of events) await api.definitions.put(id, definition, one, noon);
  const find = api.definitions.find;
  if (events.length === 0) Object.assign(api.definitions, { find: async () => ({ definition, events: [] }) });
  else Object.assign(api.definitions, { find });
  return api.ask({ path: `/v1/definitions/${id}`, scopes: { ...allScopes, verbs: ["jobs:read"], ...reach } });
}

describe("GET /v1/definitions/{id}", () => {
  it("shows what a definition says, and what the catalog says otherwise", async () => {
    const { status, body } = await asked();
    expect(status).toBe(200);
    expect(body).toEqual({
      id: definitionId(old),
      feature: "onboard",
      steps: [{ step: "main.create", sequence: "main", event: "create", depends_on: [], conditional: false }],
      constants: ["fee"],
      events: [
        {
          product_tag: "shop",
          event: "onboard",
          current: false,
          difference: {
            steps: [{ step: "main.charge", change: "added" }],
            event: [],
            constants: ["fee"],
            input: false,
            output: true,
          },
        },
      ],
    });
  });

  it("says that the catalog says the same", async () => {
    const { body } = await asked(definitionIn(inCatalog));
    expect(body.events).toEqual([{ product_tag: "shop", event: "onboard", current: true }]);
  });

  it.each([
    ["no run", []],
    ["runs of another product only", [{ product: "bank", event: "onboard" }]],
  ])("is there by the catalog where %s has begun by it", async (_what, kept) => {
    const api = fakeApi({ catalog: inCatalog });
    const id = definitionId(definitionIn(inCatalog));
    for (const one of kept) await api.definitions.put(id, definitionIn(inCatalog), one, noon);
    const ask = (products: string[]) =>
      api.ask({ path: `/v1/definitions/${id}`, scopes: { ...allScopes, verbs: ["jobs:read"], products } });
    const { status, body } = await ask(["shop"]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, events: [{ product_tag: "shop", event: "onboard", current: true }] });
    expect((await ask(["other"])).status).toBe(404);
  });

  it("has no difference to an event that the catalog has no longer", async () => {
    const { body } = await asked(old, { events: [{ product: "shop", event: "gone" }] });
    expect(body.events).toEqual([{ product_tag: "shop", event: "gone", current: false }]);
  });

  it("shows inputs and the output to keys that may see inputs, and to no other; and values of constants to none", async () => {
    const { body: plain } = await asked();
    expect(JSON.stringify(plain)).not.toMatch(/written-in-the-catalog|a-value/);
    const { body } = await asked(old, { reach: { verbs: ["jobs:read", "jobs:input"] } });
    expect(body.steps).toMatchObject([{ says: { event: "create", input: create.input, depends_on: [] } }]);
    expect(body.output).toEqual({ of: "before" });
    expect(JSON.stringify(body)).not.toContain("a-value");
  });

  it("shows a key the events of its products only", async () => {
    const events = [event, { product: "bank", event: "onboard" }];
    const { body } = await asked(old, { events, reach: { products: ["shop"] } });
    expect(body.events.map(({ product_tag }: { product_tag: string }) => product_tag)).toEqual(["shop"]);
    expect(JSON.stringify(body)).not.toContain("bank");
  });

  it.each([
    ["another product", { products: ["bank"] }],
    ["no env of the product", { envs: ["prd"] }],
  ])("is not there for a key with %s", async (_what, reach) => {
    expect(await asked(old, { reach })).toMatchObject({ status: 404, body: { code: "DEFINITION_NOT_FOUND" } });
  });

  it("is for keys to all products if its events are not known", async () => {
    expect(await asked(old, { events: [] })).toMatchObject({ status: 200, body: { events: [] } });
    const { status } = await asked(old, { events: [], reach: { products: ["shop"] } });
    expect(status).toBe(404);
  });

  it.each([`def_${"0".repeat(32)}`, "def_1", "job_1"])("is 404 for %s, which there is not", async (id) => {
    const { status, body } = await fakeApi().ask({ path: `/v1/definitions/${id}` });
    expect({ status, code: body.code }).toEqual({ status: 404, code: "DEFINITION_NOT_FOUND" });
  });
});

describe("GET /v1/definitions", () => {
  const path = "/v1/definitions";
  const current = definitionIn(inCatalog);
  const ids = { old: definitionId(old), current: definitionId(current) };
  const shop = { product_tag: "shop" };

  async function world() {
    const api = fakeApi({ catalog: inCatalog });
    await api.definitions.put(ids.old, old, event, noon);
    await api.definitions.put(ids.old, old, { product: "shop", event: "gone" }, noon + 1);
    return api;
  }

  it("lists what the events of features have run by, the present definition too before a run has begun by it", async () => {
    const api = await world();
    const { status, body } = await api.ask({ path, query: shop });
    expect(status).toBe(200);
    const of = { product_tag: "shop", event: "onboard", feature: "onboard" };
    expect(body.definitions).toEqual([
      { id: ids.current, current: true, ...of },
      { id: ids.old, current: false, first_at: noon, ...of },
    ]);
    await api.definitions.put(ids.current, current, event, noon + 5);
    expect((await api.ask({ path, query: shop })).body.definitions[0]).toEqual({
      ...{ id: ids.current, current: true, first_at: noon + 5 },
      ...of,
    });
  });

  it("lists those of an event that the catalog has lost, if it is named", async () => {
    const { body } = await (await world()).ask({ path, query: { ...shop, event: "gone" } });
    expect(body.definitions).toEqual([
      { id: ids.old, product_tag: "shop", event: "gone", current: false, first_at: noon + 1 },
    ]);
  });

  it("lists none of an event that is no feature, and of one that never was", async () => {
    for (const named of ["create", "nothing"])
      expect((await (await world()).ask({ path, query: { ...shop, event: named } })).body).toEqual({ definitions: [] });
  });

  it.each<[object, number, string]>([
    [{}, 400, "INVALID_REQUEST"],
    [{ product_tag: "shopp" }, 404, "PRODUCT_NOT_FOUND"],
    [{ ...shop, feature: "x" }, 400, "INVALID_REQUEST"],
  ])("refuses %j", async (query, status, code) => {
    const answer = await (await world()).ask({ path, query: query as Record<string, string> });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
