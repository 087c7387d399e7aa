import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { code } from "../../../lambdas/core/catalog/code-target.ts";
import type { Ductape, ResultOf } from "../../../sdk/src/index.ts";

const shop = defineProduct({
  tag: "shop",
  envs: ["dev"],
  jobs: {
    price: { type: "function", function: "price" },
    hello: { type: "function", function: "hello" },
    tidy: { type: "function", function: "tidy" },
    elsewhere: { type: "function", function: "elsewhere" },
  },
  functions: {
    price: code<typeof import("../../support/code/functions.ts")>("../support/code/functions.ts"),
    hello: code<typeof import("../../support/code/functions.ts"), "greet">("../support/code/functions.ts", {
      export: "greet",
    }),
    tidy: code<typeof import("../../support/code/functions.ts")>("../support/code/functions.ts"),
    elsewhere: code("../support/code/functions.ts", { export: "price" } as never),
  },
});
type Products = readonly [typeof shop];

/** `tsc` checks these; they do not run. */
const typed = (_check: (client: Ductape<Products>) => unknown) => expect(true).toBe(true);
const place = { product_tag: "shop", env: "dev", start_at: 0 } as const;

test("a function's schema types the payload of its jobs, and its run their results", () => {
  typed(async ({ processor: { job }, jobs }) => {
    const { total, currency } = await job.schedule({ ...place, event: "price", input: { payload: { sku: "A-1" } } });
    const both: [number, "EUR"] = [total, currency];
    const greeting: string = await job.schedule({ ...place, event: "hello", input: { payload: "Ada" } });
    const nothing: null = await job.schedule({ ...place, event: "tidy", input: {} });
    const anything: unknown = await job.schedule({ ...place, event: "elsewhere", input: { payload: 7 } });
    const got = await jobs.get("job_1");
    const seen: number | undefined = got.event === "price" ? got.result?.total : undefined;
    return [both, greeting, nothing, anything, seen];
  });
});

test("a payload or result of another type does not compile", () => {
  typed(async ({ processor: { job } }) => [
    // @ts-expect-error a field of another type
    job.schedule({ ...place, event: "price", input: { payload: { sku: 1 } } }),
    // @ts-expect-error a payload that is missing
    job.schedule({ ...place, event: "price", input: {} }),
    // @ts-expect-error a field that the schema does not have
    job.dispatch({ ...place, event: "price", input: { payload: { sku: "a", colour: "red" } } }),
    // @ts-expect-error another type
    job.dispatch({ ...place, event: "hello", input: { payload: 7 } }),
    // @ts-expect-error the result is no string
    (await job.schedule({ ...place, event: "price", input: { payload: { sku: "a" } } })) satisfies string,
  ]);
  const total: ResultOf<Products, "shop", "price">["total"] = 1;
  expect(total).toBe(1);
});

test("an export of another name has to be named at both places", () => {
  // @ts-expect-error the name is missing
  code<typeof import("../../support/code/functions.ts"), "greet">("../support/code/functions.ts");
  expect(shop.functions.hello).toEqual({ code: "../support/code/functions.ts", export: "greet" });
});
