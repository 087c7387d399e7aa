import { expect, test } from "@jest/globals";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { sampleRequests } from "../../support/sample-requests.ts";

/** An input of each type with a part of any shape, where the number stands. */
const withNumber: Record<JobType, (number: unknown) => Record<string, unknown>> = {
  action: (number) => ({ ...sampleRequests.action.good[0], body: { number } }),
  notification: (number) => ({ ...sampleRequests.notification.good[0], extra: number }),
  database_action: (number) => ({ data: { number } }),
  function: (number) => ({ payload: { number } }),
  storage: (number) => ({ ...sampleRequests.storage.good[0], metadata: { number } }),
  publish: (number) => ({ message: { number } }),
  feature: (number) => ({ ...sampleRequests.feature.good[0], number }),
};

test.each([
  ["a signal's payload", "/v1/signals", { signal: "paid", key: "A1", payload: { amount: "@" } }, "/payload/amount"],
  [
    "two spellings of a field",
    "/v1/jobs",
    { event: "create_order", input: { body: { sku: 1 }, "body:sku": "@" } },
    "/input/body:sku",
  ],
  ["two names of the product", "/v1/jobs", { event: "create_order", input: {}, product: "@" }, "/product"],
  [
    "two spellings, of which one is asked about",
    "/v1/explain",
    { event: "create_order", input: { body: { sku: 1 }, "body:sku": "@" } },
    "/input/body:sku",
  ],
])("a whole number beyond 2^53 in %s is a fault of the request", async (_what, path, asked, pointer) => {
  const { ask } = fakeApi();
  const body = JSON.stringify({ product_tag: "my-product", env: "prd", ...asked }).replace(
    '"@"',
    "12345678901234567890",
  );
  const answer = await ask({ method: "POST", path, body });
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer }));
});

test.each(jobTypes)("a whole number beyond 2^53 in a %s is a fault of the request", async (type) => {
  const { ask } = fakeApi();
  const { event } = sampleRequests[type];
  const request = { product_tag: "my-product", env: "prd", event, input: withNumber[type]("@") };
  const body = JSON.stringify(request).replace('"@"', "9007199254740993");
  const answer = await ask({ method: "POST", path: "/v1/jobs", body });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body.errors)).toContain("beyond 2^53");
});
