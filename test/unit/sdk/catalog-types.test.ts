import type { products } from "../../../products/index.ts";
import { createDuctape, type Ductape, type IJobProcessorInput, type JobInput } from "../../../sdk/src/index.ts";

/** Checked by `tsc`: none of it runs. */
const typed = (_check: (client: Ductape<typeof products>) => unknown) => expect(true).toBe(true);
const place = { product_tag: "my-product", env: "prd", start_at: 0 } as const;

test("a client made with a catalog takes its events with the input of their types", () => {
  typed(({ processor: { job }, jobs }) => [
    job.schedule({ ...place, event: "create_order", input: { params: { customer: "c-42" }, body: { sku: "A-1" } } }),
    job.dispatch({ ...place, event: "record_order", input: { data: { id: 1 } }, labels: ["a"] }),
    jobs.explain({ ...place, event: "place_order", input: { anything: 1 }, repeat: { every: 1000 } }),
    jobs.batch([
      { ...place, event: "calculate_price", input: { payload: 1 } },
      { ...place, event: "store_document", input: { fileName: "a", buffer: new Uint8Array() } },
    ]),
    jobs.list({ product_tag: "my-product", env: "dev", event: "create_order", status: ["failed"], limit: 5 }),
    jobs.list({ env: "dev" }),
    jobs.list(),
    jobs.cancelMany({ product_tag: "my-product", event: "create_order" }, { reason: "x" }),
    jobs.stats({ product_tag: "my-product", env: "prd" }),
  ]);
});

test("what the catalog does not have does not compile", () => {
  typed(({ processor: { job }, jobs }) => [
    // @ts-expect-error an event that does not exist
    job.schedule({ ...place, event: "create_ordr", input: {} }),
    // @ts-expect-error a product that does not exist
    job.schedule({ ...place, product_tag: "my-prodct", event: "create_order", input: {} }),
    // @ts-expect-error an env that does not exist
    job.dispatch({ ...place, env: "prod", event: "create_order", input: {} }),
    // @ts-expect-error the input of another type
    job.dispatch({ ...place, event: "create_order", input: { payload: 1 } }),
    // @ts-expect-error an input that lacks a field
    job.dispatch({ ...place, event: "record_order", input: {} }),
    // @ts-expect-error an unknown field
    jobs.explain({ ...place, event: "create_order", input: {}, lables: ["a"] }),
    // @ts-expect-error one wrong event among others
    jobs.batch([{ ...place, event: "create_ordr", input: {} }]),
    // @ts-expect-error an event that does not exist
    jobs.list({ product_tag: "my-product", event: "create_ordr" }),
    // @ts-expect-error a filter without a product
    jobs.cancelMany({ event: "create_order" }),
    // @ts-expect-error an env that does not exist
    jobs.stats({ product_tag: "my-product", env: "prod" }),
  ]);
});

test("a product's envs and events are its own", () => {
  type Two = readonly [
    { tag: "a"; envs: readonly ["prd"]; jobs: { go: { type: "function" } } },
    { tag: "b"; envs: readonly ["dev"]; jobs: { stop: { type: "feature" } } },
  ];
  const take = (_job: JobInput<Two>) => undefined;
  take({ product_tag: "a", env: "prd", event: "go", input: { payload: 1 }, start_at: 0 });
  // @ts-expect-error the other product's env
  take({ product_tag: "a", env: "dev", event: "go", input: { payload: 1 }, start_at: 0 });
  // @ts-expect-error the other product's event
  take({ product_tag: "a", env: "prd", event: "stop", input: {}, start_at: 0 });
  expect(take).toBeInstanceOf(Function);
});

test("a client made without one takes any event", () => {
  const client: Ductape = createDuctape({ url: "http://localhost:1", apiKey: "k" });
  const any: IJobProcessorInput = { env: "x", product_tag: "y", event: "z", input: { anything: 1 }, start_at: 0 };
  const check = () => [client.processor.job.schedule(any), client.jobs.list({ product_tag: "y", event: "z" })];
  expect(check).toBeInstanceOf(Function);
});
