import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { isRetryable } from "../../../../../lambdas/core/job/retry.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../../support/builders.ts";
import { myProduct } from "../../../../support/catalog/my-product.ts";

/** The test product, and its action once more with retries of its own. */
const product = {
  ...myProduct,
  jobs: { ...myProduct.jobs, stubborn: { type: "action", app: "shop", action: "call_partner", retries: 5 } },
};
const catalog = makeCatalog([product] as never, registry);
const place = { product_tag: "my-product", env: "prd", event: "create_order", input: {} };
const parse = (more: Record<string, unknown>) => parseRequest({ ...place, ...more }, catalog, noon);

test.each([
  ["no retry rule", {}, 3],
  ["retries alone", { retries: 2 }, 2],
  ["our spelling", { retry_config: { initial_delay: 5 } }, 3],
  ["an empty retryConfig", { retryConfig: {} }, 3],
  ["retryConfig", { retryConfig: { initialDelay: 5 } }, 0],
  ["retryConfig with our names in it", { retryConfig: { initial_delay: 5 } }, 0],
  ["Ductape's names within retry_config", { retry_config: { maxDelay: 5 } }, 0],
  ["retryConfig beside retries", { retryConfig: { initialDelay: 5 }, retries: 2 }, 2],
  [
    "retryConfig for an event whose retries the catalog sets",
    { retryConfig: { initialDelay: 5 }, event: "stubborn" },
    5,
  ],
])("the number of retries is right for %s", (_what, more, retries) => {
  expect(parse(more).retries).toBe(retries);
});

const timeout = new JobError("TIMEOUT", "late");
const declined = new JobError("PROVIDER_ERROR", "no", { retryable: true, providerCode: "CARD_DECLINED" });

test("retryableErrors is exclusive, and retryable_errors adds to the default", () => {
  const names = ["CARD_DECLINED"];
  const theirs = parse({ retryConfig: { retryableErrors: names } }).retry_policy;
  const ours = parse({ retry_config: { retryable_errors: names } }).retry_policy;
  expect([timeout, declined].map((error) => isRetryable(error, theirs))).toEqual([false, true]);
  expect([timeout, declined].map((error) => isRetryable(error, ours))).toEqual([true, true]);
  expect(ours).not.toHaveProperty("only_retryable_errors");
});

test("an empty retryableErrors keeps the default", () => {
  expect(isRetryable(timeout, parse({ retryConfig: { retryableErrors: [] } }).retry_policy)).toBe(true);
});

test("our spelling can say what retryableErrors says", () => {
  const { retry_policy } = parse({ retry_config: { retryable_errors: ["TIMEOUT"], only_retryable_errors: true } });
  expect(isRetryable(timeout, retry_policy)).toBe(true);
  expect(isRetryable(new JobError("CONNECTION_ERROR", "gone"), retry_policy)).toBe(false);
});

test("notes on retries stand at what the caller wrote", () => {
  const { notes } = parse({ retryConfig: { retryableErrors: ["TIMEOUT"] } });
  expect(notes).toEqual([
    { pointer: "/retryConfig/retryableErrors", detail: expect.stringContaining("only errors that are retried") },
    { pointer: "/retryConfig", detail: expect.stringContaining("no retries") },
  ]);
  expect(parse({ retry_config: { retryable_errors: ["TIMEOUT"] } }).notes).toBeUndefined();
});

test("the request of an earlier version is found under its key", () => {
  const more = { idempotency_key: "k", retryConfig: { initialDelay: 5 } };
  const stored = parse({ idempotency_key: "k", retry_config: { initial_delay: 5 } }).fingerprint;
  expect(parse(more)).toMatchObject({ written_fingerprint: stored });
  expect(parse(more).fingerprint).not.toBe(stored);
});
