import { registry } from "../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { products } from "../../products/index.ts";
import { myProduct } from "../../products/my-product.ts";

test("the products of this checkout are valid", () => {
  expect(checkCatalog(products, registry)).toEqual([]);
});

test("the demo has an event of every type", () => {
  const types = Object.values(myProduct.jobs).map(({ type }) => type);
  expect([...new Set<string>(types)].sort()).toEqual([...jobTypes].sort());
});
