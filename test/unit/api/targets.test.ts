import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { parameter } from "../../../lambdas/core/catalog/references.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { fakeApi } from "../../support/api.ts";
import { aJob, noon } from "../../support/builders.ts";

const app = (name: string, path: string) => ({
  envs: { prd: { base_url: parameter(`/${name}`) } },
  actions: { pick_up: { method: "POST" as const, path } },
});
const shop = defineProduct({
  tag: "shop",
  envs: ["prd"],
  jobs: {
    pick_up: { type: "action", app: "couriers", action: "pick_up" },
    shared: { type: "action", app: "shared", action: "pick_up" },
  },
  apps: {
    express: app("express", "/pickups"),
    parcel: app("parcel", "/pickups/:town"),
    couriers: { fallback: ["express", { use: "parcel" }] },
    shared: {
      quota: [
        { use: "express", weight: 1 },
        { use: "parcel", weight: 3 },
      ],
    },
  },
});
const catalog = makeCatalog([shop], registry);
const request = { env: "prd", product_tag: "shop", event: "pick_up", input: { params: { town: "x" } }, start_at: 0 };
const explain = async (more: object) => {
  const api = fakeApi({ catalog });
  return api.ask({ method: "POST", path: "/v1/explain", body: { ...request, ...more } });
};

test("explain shows the order of a fallback, and the shares of a quota", async () => {
  expect((await explain({})).body.job).toMatchObject({
    target: { section: "apps", name: "couriers" },
    targets: [
      { name: "express", order: 1 },
      { name: "parcel", order: 2 },
    ],
  });
  expect((await explain({ event: "shared" })).body.job.targets).toEqual([
    { name: "parcel", order: 1, weight: 3, share: 0.75 },
    { name: "express", order: 2, weight: 1, share: 0.25 },
  ]);
});

test("an input must fit every target of a group", async () => {
  const { status, body } = await explain({ input: {} });
  expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
    400,
    ["/input/params/town"],
  ]);
});

test("a request may name the event by the group and the action", async () => {
  const { status, body } = await explain({ event: "couriers:pick_up" });
  expect(status).toBe(200);
  expect(body.job.event).toBe("pick_up");
});

test("a product lists each event's targets and their references", async () => {
  const { body } = await fakeApi({ catalog }).ask({ path: "/v1/products/shop" });
  expect(body.events[0]).toMatchObject({
    target: "couriers",
    targets: [{ name: "express" }, { name: "parcel" }],
    references: ['parameter("/express")', 'parameter("/parcel")'],
  });
  expect(body.events[1].targets).toEqual([
    { name: "express", weight: 1 },
    { name: "parcel", weight: 3 },
  ]);
});

const target = { name: "parcel", tried: [{ name: "express", code: "TIMEOUT" as const }] };
const attempt = {
  attempt: 1,
  due_at: noon,
  started_at: noon,
  ended_at: noon + 1,
  outcome: "completed" as const,
  target,
};
const running = aJob({ product: "shop", event: "pick_up", status: "running", claim_id: "c", started_at: noon });
const done = { ...running, status: "completed" as const, finished_at: noon + 1, attempts: [attempt], version: 2 };

test("a job shows each attempt's target, and its event the group", async () => {
  const { body } = await fakeApi({ catalog, jobs: [done] }).ask({ path: `/v1/jobs/${done.id}` });
  expect(body.attempts).toEqual([{ ...attempt, duration_ms: 1, lateness_ms: 0 }]);
  const [event] = transitionsOf({ before: running, after: done, at: noon + 1 });
  expect(event?.detail.target).toBe("parcel");
});

test("an attempt with a single target names no target", () => {
  const { target: _target, ...single } = attempt;
  const [event] = transitionsOf({ before: running, after: { ...done, attempts: [single] }, at: noon + 1 });
  expect(Object.keys(event?.detail ?? {})).not.toContain("target");
});
