import { createDuctape, type Ductape } from "../../../sdk/src/index.ts";
import type { products } from "../../support/catalog/products.ts";
import { documentedProxy } from "../../support/documented-proxy.ts";
import { localSystem } from "../../support/local/runs.ts";

const local = localSystem();
let api: Awaited<ReturnType<typeof documentedProxy>>;
let ductape: Ductape<typeof products>;

beforeAll(async () => {
  api = await documentedProxy(local.running().url);
  ductape = createDuctape<typeof products>({ url: api.url, apiKey: local.running().api_key });
});

afterAll(() => api?.stop());

const place = { product_tag: "my-product", env: "prd" } as const;
const order = { ...place, event: "create_order", input: { params: { customer: "c-42" } } } as const;

test("more jobs than one request takes are scheduled, cancelled and deleted on the real adapters", async () => {
  const start_at = Date.now() + 3_600_000;
  const items = Array.from({ length: 130 }, (_, i) => ({ ...order, start_at: start_at + i, labels: ["bulk"] }));
  const outcomes = await ductape.jobs.batch(items);
  expect(outcomes.filter(({ status }) => status === "accepted")).toHaveLength(130);

  const filter = { ...place, label: "bulk" };
  const done = { matched: 130, succeeded: 130, failed: 0, errors: [], count: 130 };
  expect(await ductape.jobs.cancelMany(filter, { reason: "over" })).toEqual(done);
  let listed = 0;
  for await (const job of ductape.jobs.list({ ...filter, status: "cancelled" })) {
    expect(job.reason).toBe("over");
    listed++;
  }
  expect(listed).toBe(130);
  expect(await ductape.jobs.deleteMany(filter)).toEqual(done);
  expect(await ductape.jobs.list(filter).page()).toEqual({ jobs: [] });
}, 60_000);

test("any number of recurring jobs is paused and resumed", async () => {
  const repeat = { every: 3_600_000 };
  const items = Array.from({ length: 3 }, () => ({
    ...order,
    start_at: Date.now() + 3_600_000,
    repeat,
    labels: ["series"],
  }));
  await ductape.jobs.batch(items);
  const filter = { ...place, label: "series" };
  expect(await ductape.jobs.pauseMany({ ...filter, recurring: false })).toMatchObject({ matched: 0 });
  expect(await ductape.jobs.pauseMany({ ...filter, recurring: true })).toMatchObject({ succeeded: 3 });
  expect((await ductape.jobs.list({ ...filter, status: "paused", recurring: true })).jobs).toHaveLength(3);
  expect((await ductape.jobs.list({ ...filter, recurring: true, offset: 2 })).jobs).toHaveLength(1);
  expect(await ductape.jobs.resumeMany(filter)).toMatchObject({ succeeded: 3 });
  expect((await ductape.jobs.list({ ...filter, status: "scheduled" }).page()).jobs).toHaveLength(3);
});

test("the OpenAPI document matches every answer of this file", () => {
  expect(api.faults).toEqual([]);
});
