import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { allScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { sweepIncidents } from "../../../lambdas/reconciler/sweep-incidents.ts";
import { aPause } from "../../support/a-pause.ts";
import { alertProduct, alertWorld, failedAttempt } from "../../support/alerting.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { counting } from "../../support/counting.ts";

const path = "/v1/home";
const [shop, bank] = [alertProduct(), { ...alertProduct(), tag: "bank" }] as [Product, Product];

function world(products: Product[] = [shop, bank]) {
  const api = fakeApi({ catalog: makeCatalog(products, registry) });
  const fail = async (product: string, n: number) => {
    const name = { product, env: "prd", id: String(n).padStart(16, "0") };
    const subject = { kind: "cause" as const, target: "apps/shop", code: "TIMEOUT" as const };
    const entries = [counted({ at: noon + n, event: "create_order", job_id: `job_${n}` })];
    await api.incidents.add({ ...name, subject, entries }, { mustExist: false });
    await api.incidents.watch({ ...name, opening: 1, at: noon + n });
  };
  const get = (query: Record<string, string> = {}, scopes: Scopes = allScopes) => api.ask({ path, query, scopes });
  return { ...api, fail, get };
}

const only = (product: string): Scopes => ({ ...allScopes, products: [product] });

describe("GET /v1/home", () => {
  it("has said nothing before the first round", async () => {
    expect(await world().get()).toMatchObject({
      status: 200,
      body: { is_complete: false, tenants: [], more_tenants: 0, incidents: { open: 0, first: [] }, pauses: [] },
    });
  });

  it("shows what is late, open and paused of what the key reaches", async () => {
    const w = world();
    const late = { env: "prd", late: 3, limited: 1, held: 0, oldest: noon - 60_000 };
    const tenants = [
      { product: "shop", ...late, more: true as const },
      { product: "bank", ...late },
    ];
    await w.rollUps.put({ at: noon, tenants, others: 0, left: 0 });
    await w.fail("shop", 1);
    await w.fail("bank", 2);
    await w.pauses.put(aPause({ product: "bank" }));
    const { oldest: oldest_due_at, ...counts } = late;
    const shown = { ...counts, oldest_due_at };
    expect((await w.get()).body).toMatchObject({
      at: noon,
      is_complete: true,
      tenants: [
        { product_tag: "shop", ...shown, at_least: true },
        { product_tag: "bank", ...shown, at_least: false },
      ],
      incidents: { open: 2, first: [{ product_tag: "bank" }, { product_tag: "shop" }] },
      pauses: [{ product_tag: "bank" }],
    });
    const ofShop = { tenants: [{ product_tag: "shop" }], incidents: { open: 1 }, pauses: [] };
    expect((await w.get({ product_tag: "shop" })).body).toMatchObject(ofShop);
    expect((await w.get({}, only("shop"))).body).toMatchObject(ofShop);
    expect((await w.get({ env: "dev" })).body).toMatchObject({ tenants: [], incidents: { open: 0 } });
  });

  it("says how much it does not say", async () => {
    const w = world();
    const tenants = Array.from({ length: 150 }, (_, n) => ({
      ...{ product: n < 120 ? "shop" : "bank", env: "prd", late: 1, limited: 0, held: 0, oldest: noon },
    }));
    await w.rollUps.put({ at: noon, tenants, others: 0, left: 3 });
    expect((await w.get()).body).toMatchObject({ is_complete: false, more_tenants: 50 });
    expect((await w.get({}, only("shop"))).body).toMatchObject({ more_tenants: 20 });
    expect((await w.get()).body.tenants).toHaveLength(100);
  });

  it("takes at most 20 reads with 1,000 products and 500 open incidents", async () => {
    const products = Array.from({ length: 1000 }, (_, n) => ({ ...shop, tag: `p${n}` }));
    const w = world(products);
    for (let n = 0; n < 500; n++) await w.fail(`p${n}`, n);
    const seen = counting({ rollUps: w.services.rollUps, incidents: w.services.incidents, pauses: w.services.pauses });
    const { body } = await w.get();
    expect(body.incidents).toMatchObject({ open: 500 });
    expect((body.incidents as { first: unknown[] }).first).toHaveLength(8);
    expect(seen.length).toBeLessThanOrEqual(20);
    expect(seen).toContain("rollUps.get");
  });

  it("shows the open incidents of a product behind thousands of others", async () => {
    const products = Array.from({ length: 3 }, (_, n) => ({ ...shop, tag: `p${n}` }));
    const w = world(products);
    for (let n = 0; n < 1500; n++) await w.fail("p0", n);
    await w.fail("p2", 1500);
    const ofLast = { open: 1, first: [{ product_tag: "p2" }] };
    expect((await w.get({ product_tag: "p2" })).body).toMatchObject({ incidents: ofLast });
    expect((await w.get({}, only("p2"))).body).toMatchObject({ incidents: ofLast });
    expect((await w.get()).body).toMatchObject({ incidents: { open: 1501 } });
    const many = Array.from({ length: 100 }, (_, n) => ({ ...shop, tag: `q${n}` }));
    const of = world([...products, ...many]);
    for (let n = 0; n < 1500; n++) await of.fail("p0", n);
    await of.fail("q7", 1500);
    const scopes = { ...allScopes, products: many.map(({ tag }) => tag) };
    expect((await of.get({}, scopes)).body).toMatchObject({ incidents: { open: 1, first: [{ product_tag: "q7" }] } });
  });

  it("counts no incident that is ignored, or that was known, once a round has seen it", async () => {
    const w = alertWorld();
    const api = fakeApi({ catalog: w.services.catalog });
    api.services.incidents = w.services.incidents;
    const shown = async () => (await api.ask({ path, scopes: allScopes })).body.incidents;
    const round = () => sweepIncidents(w.services, newMemory(), { end: Number.POSITIVE_INFINITY, pauses: [] });
    await handleChanges(w.lifecycle, [failedAttempt(noon)]);
    expect(await shown()).toMatchObject({ open: 1, first: [{ state: "open" }] });
    const [{ id = "" } = {}] = w.services.incidents.all();
    const at = `/v1/incidents/shop/prd/${id}`;
    await api.ask({ method: "POST", path: `${at}/ignore`, scopes: allScopes });
    expect(await shown()).toMatchObject({ first: [] });
    await round();
    expect(await shown()).toEqual({ open: 0, first: [] });
    // It is looked after all the same.
    expect(await w.services.incidents.watched()).toHaveLength(1);
    await api.ask({ method: "POST", path: `${at}/reopen`, scopes: allScopes });
    expect(await shown()).toMatchObject({ open: 1, first: [{ state: "open" }] });
  });

  it("asks for no incident where nothing has alerts", async () => {
    const w = world([{ ...shop, alerts: {} } as Product]);
    const seen = counting({ incidents: w.services.incidents });
    await w.get();
    expect(seen).toEqual([]);
  });

  it("refuses another parameter and an unknown product", async () => {
    const { get } = world();
    expect(await get({ limit: "1" })).toMatchObject({ status: 400 });
    expect(await get({ product_tag: "x" })).toMatchObject({ status: 404 });
  });
});
