import { defineProduct } from "../../../../lambdas/consumers/types/define-product.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { reachOfType } from "../../../../lambdas/core/catalog/reach.ts";
import { jobTypes } from "../../../../lambdas/core/job/job.ts";
import { myProduct } from "../../../../products/my-product.ts";

const empty = defineProduct({ tag: "empty", envs: ["dev"], jobs: {} });

test.each(jobTypes.filter((type) => type !== "feature"))(
  "the consumer of %s jobs reaches its queue and that of features",
  (type) => {
    for (const products of [[], [empty], [myProduct, empty]])
      expect(reachOfType(type, products)).toEqual([type, "feature"]);
  },
);

test("two types that share a limit do not reach each other", () => {
  const shared = { ...myProduct, tag: "shared", limits: { both: { concurrency: 1 } } } as unknown as Product;
  const jobs = Object.fromEntries(
    Object.entries(shared.jobs)
      .filter(([, { type }]) => type !== "feature")
      .map(([tag, event]) => [tag, { ...event, limits: ["both"] }]),
  );
  for (const type of ["action", "notification"] as const)
    expect(reachOfType(type, [{ ...shared, jobs }])).toEqual([type, "feature"]);
});

describe("the consumer of features", () => {
  test("reaches the queues of the events of all products, each once: a run may keep a step that no feature has any more", () => {
    expect(reachOfType("feature", [empty])).toEqual(["feature"]);
    expect(reachOfType("feature", [empty, myProduct, myProduct])).toEqual(jobTypes);
    const { features: _features, ...lost } = myProduct;
    expect(reachOfType("feature", [lost as unknown as Product])).toEqual(jobTypes);
  });

  test("reaches no queue of a type without events", () => {
    const { create_order, place_order } = myProduct.jobs;
    const product = { ...myProduct, features: {}, jobs: { create_order, place_order } } as unknown as Product;
    expect(reachOfType("feature", [product])).toEqual(["action", "feature"]);
  });

  test("reaches that of functions where features are handlers: a long step of one is a job of that type", () => {
    const { create_order, place_order } = myProduct.jobs;
    const { quote } = myProduct.features;
    const product = { ...myProduct, jobs: { create_order, place_order } } as unknown as Product;
    for (const feature of [quote, { envs: { dev: {} } }])
      expect(reachOfType("feature", [{ ...product, features: { feature } }])).toEqual([
        "action",
        "function",
        "feature",
      ]);
  });
});
