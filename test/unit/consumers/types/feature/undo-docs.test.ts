import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { explain } from "../../../../../lambdas/core/queries/explain.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { blocksOf, catalogPage, productsIn } from "../../../../support/catalog-pages.ts";
import { type Actions, featureWorld, productWith } from "../../../../support/feature-world.ts";

/** A world in which the product of the page stands beside what each world has. */
function worldOf(product: Product | undefined, actions: Actions) {
  const { api } = productWith({}).apps as Record<string, object>;
  const envs = { dev: { base_url: "http://127.0.0.1" }, prd: { base_url: "http://127.0.0.1" } };
  const apps = { ...(product?.apps as object), api: { ...api, envs } };
  const features = (product?.features ?? {}) as Record<string, FeatureTarget>;
  return featureWorld(features, actions, { ...product, apps } as Partial<Product>);
}

it("the example of the page on undo runs as the page says", async () => {
  const page = await catalogPage("undo");
  const [product] = productsIn(page);
  const [request] = blocksOf(page, "json").map((text) => JSON.parse(text));
  const actions = {
    confirm: () => {
      throw new JobError("NOT_FOUND", "no such room");
    },
  };
  const w = worldOf(product, actions);
  const accepted = parseRequest({ ...request, product_tag: "shop" }, w.catalog, w.clock.now());
  const { undo } = explain(accepted, w.clock.now(), { registry: w.catalog.registry });
  expect(page).toContain(`\`${JSON.stringify(undo?.steps)}\``);
  const id = await w.start(request.event, request.input);
  await w.pass(60_000);
  expect(w.ran.map(({ event, input }) => [event, input])).toEqual([
    ["reserve", { body: { guest: "ada" } }],
    ["charge", { body: { amount: 120, for: "reserve-1" } }],
    ["confirm", { params: { id: "reserve-1" } }],
    ["refund", { body: { charge: "charge-1", amount: 120 } }],
    ["release", { params: { id: "reserve-1" } }],
  ]);
  expect(await w.jobs.get(id)).toMatchObject({
    status: "failed",
    error: { code: "NOT_FOUND", message: expect.stringContaining("confirm") },
    rolled_back: { steps: 2, failed: 0 },
  });
});

it("the example of items that are undone one by one runs as the page says", async () => {
  const [, product] = productsIn(await catalogPage("undo"));
  const actions = {
    ship: ({ job }: Execution) => ({ body: { id: `parcel of ${job.parent?.step}` } }),
    bill: () => {
      throw new JobError("NOT_FOUND", "no such order");
    },
  };
  const w = worldOf(product, actions);
  const id = await w.start("ship_order", { lines: [{ sku: "A-1" }, { sku: "B-7" }] });
  await w.pass(60_000);
  expect(w.ran.map(({ event, input }) => [event, input])).toEqual([
    ["ship", { body: { sku: "A-1" } }],
    ["ship", { body: { sku: "B-7" } }],
    ["bill", {}],
    ["take_back", { params: { id: "parcel of main.ship[1]" }, query: { sku: "B-7" } }],
    ["take_back", { params: { id: "parcel of main.ship[0]" }, query: { sku: "A-1" } }],
  ]);
  expect(await w.jobs.get(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
});
