import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import {
  definitionId,
  definitionOf,
  type FeatureDefinition,
} from "../../../lambdas/core/catalog/feature-definition.ts";
import { fakeApi } from "../../support/api.ts";
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
  for (const one of events) await api.definitions.put(id, definition, one);
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
