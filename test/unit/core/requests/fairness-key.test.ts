import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { fairGroupOf } from "../../../../lambdas/core/job/job.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { dispatch } from "../../../../lambdas/core/operations/dispatch.ts";
import { summaryOf } from "../../../../lambdas/core/queries/view.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { myProduct } from "../../../support/catalog/my-product.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const productWith = (fairness_key: string) =>
  ({
    ...myProduct,
    jobs: { ...myProduct.jobs, create_order: { ...myProduct.jobs.create_order, fairness_key } },
  }) as unknown as Product;
const parse = (product: unknown, more: object = {}) =>
  parseRequest(
    { product_tag: "my-product", env: "prd", event: "create_order", input: { params: { customer: "c-42" } }, ...more },
    makeCatalog([product as Product], registry),
    noon,
  ).fairness_key;

describe("the fairness key of a request", () => {
  it("is the request's, else one of its input by the event, else none", () => {
    const ofCustomer = productWith("$Input{params}{customer}");
    expect(parse(ofCustomer)).toBe("c-42");
    expect(parse(ofCustomer, { fairness_key: "mine" })).toBe("mine");
    expect(parse(productWith("imports"))).toBe("imports");
    expect(parse(myProduct)).toBeUndefined();
  });

  it.each([
    [{ a: 7 }, "7"],
    [{ a: true }, "true"],
    [{ a: "" }, undefined],
    [{ a: null }, undefined],
    [{ a: { b: 1 } }, undefined],
    [{}, undefined],
  ])("of the input %j is %s", (input, key) => {
    expect(parse(productWith("$Input{body}{a}"), { input: { params: { customer: "c" }, body: input } })).toBe(key);
  });

  it("is a hash if it would be too long", () => {
    const ofCustomer = productWith("$Input{params}{customer}");
    const long = (end: string) => parse(ofCustomer, { input: { params: { customer: "x".repeat(100) + end } } });
    expect(long("1")).not.toBe(long("2"));
    expect(long("1")?.length).toBeLessThanOrEqual(64);
  });

  it.each(["", "x".repeat(65), 7])("is refused if it is %j", (fairness_key) => {
    expect(() => parse(myProduct, { fairness_key })).toThrow(RequestError);
  });

  it("is the message group within its tenant", async () => {
    const job = aJob({ fairness_key: "c-42" });
    expect(fairGroupOf(job)).toBe(`${job.product}:${job.env}:c-42`);
    expect(summaryOf(job, noon)).toMatchObject({ fairness_key: "c-42" });
    const services = fakeServices();
    await dispatch(services, job);
    expect(services.queue.sent).toMatchObject([{ group: `${job.product}:${job.env}:c-42` }]);
  });
});

it.each([
  ["$Input{params}{customer}", []],
  ["imports", []],
  ["$Input", ["/my-product/jobs/create_order/fairness_key"]],
  ["$Now", ["/my-product/jobs/create_order/fairness_key"]],
  ["$Input{a", ["/my-product/jobs/create_order/fairness_key"]],
  ["$Lowercase($Input{params}{customer})", []],
  ["$Size($Input{a})", ["/my-product/jobs/create_order/fairness_key"]],
])("an event's fairness key %s is checked with the catalog", (key, faults) => {
  expect(checkCatalog([productWith(key)], registry).map(({ pointer }) => pointer)).toEqual(faults);
});
