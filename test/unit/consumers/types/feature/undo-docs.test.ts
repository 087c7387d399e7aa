import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { explain } from "../../../../../lambdas/core/queries/explain.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { blocksOf, catalogPage, productsIn } from "../../../../support/catalog-pages.ts";
import { featureWorld, productWith } from "../../../../support/feature-world.ts";

it("the example of the page on undo runs as the page says", async () => {
  const page = await catalogPage("undo");
  const [product] = productsIn(page);
  const [request] = blocksOf(page, "json").map((text) => JSON.parse(text));
  const actions = {
    confirm: () => {
      throw new JobError("NOT_FOUND", "no such room");
    },
  };
  const { api } = productWith({}).apps as Record<string, object>;
  const envs = { dev: { base_url: "http://127.0.0.1" }, prd: { base_url: "http://127.0.0.1" } };
  const apps = { ...(product?.apps as object), api: { ...api, envs } };
  const features = (product?.features ?? {}) as Record<string, FeatureTarget>;
  const w = featureWorld(features, actions, { ...product, apps } as Partial<Product>);
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
