import { defineProduct } from "../../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { reachOf } from "../../../../lambdas/core/catalog/reach.ts";
import { jobTypes } from "../../../../lambdas/core/job/job.ts";
import { myProduct } from "../../../../products/my-product.ts";

const empty = defineProduct({ tag: "empty", envs: ["dev"], jobs: {} });

test.each(jobTypes.filter((type) => type !== "feature"))(
  "the consumer of %s jobs reaches its queue and that of features",
  (type) => {
    for (const products of [[], [empty], [myProduct, empty]])
      expect(reachOf(type, products, registry)).toEqual([type, "feature"]);
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
    expect(reachOf(type, [{ ...shared, jobs }], registry)).toEqual([type, "feature"]);
});

describe("the consumer of features", () => {
  test("reaches the queues of the steps of all products, each once", () => {
    expect(reachOf("feature", [empty], registry)).toEqual(["feature"]);
    expect(reachOf("feature", [empty, myProduct, myProduct], registry)).toEqual([
      "action",
      "notification",
      "function",
      "feature",
    ]);
  });

  test("reaches no queue for a step whose event the product lacks", () => {
    const steps = { sequences: { main: [{ event: "gone", input: {} }] } };
    const product = { ...empty, features: { lost: steps } } as unknown as Product;
    expect(reachOf("feature", [product], registry)).toEqual(["feature"]);
  });
});
