import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import {
  type ActionResult,
  createDuctape,
  type DatabaseResult,
  type Ductape,
  type EventResult,
  type HttpFunctionResult,
  type IJobProcessorInput,
  type JobInput,
  type JobStatus,
  type MongoResults,
  type NotificationResult,
  type ResultOf,
  type SqlChange,
  type SqlRows,
  type StorageResult,
} from "../../../sdk/src/index.ts";
import type { products } from "../../support/catalog/products.ts";

/** `tsc` checks these; they do not run. */
const typed = (_check: (client: Ductape<typeof products>) => unknown) => expect(true).toBe(true);
const place = { product_tag: "my-product", env: "prd", start_at: 0 } as const;

const cart = { customer: "ada", sku: "A-1", quantity: 2 };

test("a client with a catalog accepts its events with their inputs", () => {
  typed(({ processor: { job }, jobs }) => [
    job.schedule({ ...place, event: "create_order", input: { params: { customer: "c-42" }, body: { sku: "A-1" } } }),
    job.dispatch({ ...place, event: "record_order", input: { data: { id: 1 } }, labels: ["a"] }),
    jobs.explain({ ...place, event: "place_order", input: cart, repeat: { every: 1000 } }),
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

test("a name that the catalog lacks does not compile", () => {
  typed(({ processor: { job }, jobs }) => [
    // @ts-expect-error an event that does not exist
    job.schedule({ ...place, event: "create_ordr", input: {} }),
    // @ts-expect-error a product that does not exist
    job.schedule({ ...place, product_tag: "my-prodct", event: "create_order", input: {} }),
    // @ts-expect-error an env that does not exist
    job.dispatch({ ...place, env: "prod", event: "create_order", input: {} }),
    // @ts-expect-error the input of another type
    job.dispatch({ ...place, event: "create_order", input: { payload: 1 } }),
    // @ts-expect-error an input whose field is of another type
    job.dispatch({ ...place, event: "record_order", input: { data: 5 } }),
    // @ts-expect-error a feature's input that lacks a field
    job.schedule({ ...place, event: "place_order", input: { customer: "ada", sku: "A-1" } }),
    // @ts-expect-error a field of another type
    job.schedule({ ...place, event: "place_order", input: { ...cart, quantity: "2" } }),
    // @ts-expect-error a field that the feature does not have
    job.dispatch({ ...place, event: "place_order", input: { ...cart, colour: "red" } }),
    // @ts-expect-error an input that is missing
    job.dispatch({ ...place, event: "place_order" }),
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

test("the envs and events of one product do not compile for another", () => {
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

test("a feature's fields are typed, and without fields it accepts any object", () => {
  const shop = defineProduct({
    tag: "shop",
    envs: ["prd"],
    jobs: {
      typed: { type: "feature", feature: "typed" },
      open: { type: "feature", feature: "open" },
    },
    features: {
      typed: {
        input: {
          name: { type: "string" },
          when: { type: "date", required: false },
          mail: { type: "email", required: true },
          count: { type: "integer", required: false },
          isNew: { type: "boolean", required: false },
          more: { type: "object", required: false },
          list: { type: "array", required: false },
        },
        sequences: { main: [{ event: "open" }] },
      },
      open: { sequences: { main: [{ event: "typed", input: { name: "x", mail: "ada@example.com" } }] } },
    },
  });
  const take = (_job: JobInput<readonly [typeof shop]>) => undefined;
  const rest = { product_tag: "shop", env: "prd", start_at: 0 } as const;
  const whole = { name: "x", mail: "a@b.c", when: "2030-01-01", count: 1, isNew: true, more: { a: 1 }, list: [1, "a"] };
  take({ ...rest, event: "typed", input: { name: "x", mail: "a@b.c" } });
  take({ ...rest, event: "typed", input: whole });
  take({ ...rest, event: "open", input: { anything: 1 } });
  // @ts-expect-error a required field that is missing
  take({ ...rest, event: "typed", input: { name: "x" } });
  // @ts-expect-error a string for a boolean
  take({ ...rest, event: "typed", input: { ...whole, isNew: "yes" } });
  // @ts-expect-error a list for an object
  take({ ...rest, event: "typed", input: { ...whole, more: "x" } });
  expect(take).toBeInstanceOf(Function);
});

test("an action's input is typed with its params and its declared body", () => {
  const shop = defineProduct({
    tag: "shop",
    envs: ["prd"],
    jobs: {
      remind: { type: "action", app: "backend", action: "remind" },
      order: { type: "action", app: "backend", action: "order" },
      send: { type: "action", app: "backend", action: "send" },
      list: { type: "action", app: "shared", action: "list" },
      either: { type: "action", app: "either", action: "remind" },
    },
    apps: {
      backend: {
        envs: { prd: { base_url: "https://backend.example.com:8080" } },
        actions: {
          remind: { method: "POST", path: "/orders/:order/items/:item_2/remind:now" },
          order: {
            method: "POST",
            path: "/customers/:customer/orders",
            defaults: { params: { customer: "guest" }, body: { source: "jobs" } },
            body: {
              sku: { type: "string" },
              quantity: { type: "integer", required: false },
              source: { type: "string" },
            },
          },
          send: { method: "POST", path: "/messages:send" },
        },
      },
      shared: {
        envs: { prd: { base_url: "https://shared.example.com/:tenant" } },
        actions: { list: { method: "GET", path: "/orders" } },
      },
      other: {
        envs: { prd: { base_url: "https://other.example.com" } },
        actions: { remind: { method: "POST", path: "/reminders/:order" } },
      },
      either: { fallback: ["backend", "other"] },
    },
  });
  const take = (_job: JobInput<readonly [typeof shop]>) => undefined;
  const rest = { product_tag: "shop", env: "prd", start_at: 0 } as const;
  const params = { order: "A-1", item_2: 7 };
  take({ ...rest, event: "remind", input: { params, body: { any: 1 }, query: { a: 1 } } });
  take({ ...rest, event: "order", input: { body: { sku: "A-1" } } });
  take({
    ...rest,
    event: "order",
    input: { params: { customer: "ada" }, body: { sku: "A-1", quantity: 2, source: "x" } },
  });
  take({ ...rest, event: "send", input: {} });
  take({ ...rest, event: "list", input: { params: { tenant: "a" } } });
  // @ts-expect-error a GET request has no body
  take({ ...rest, event: "list", input: { params: { tenant: "a" }, body: {} } });
  take({ ...rest, event: "either", input: { params: { order: "A-1" } } });
  // @ts-expect-error params that are missing
  take({ ...rest, event: "remind", input: { body: {} } });
  // @ts-expect-error one param that is missing
  take({ ...rest, event: "remind", input: { params: { order: "A-1" } } });
  // @ts-expect-error a misspelt param
  take({ ...rest, event: "remind", input: { params: { ordr: "1", item_2: 7 } } });
  // @ts-expect-error a body that is missing
  take({ ...rest, event: "order", input: {} });
  // @ts-expect-error a body without a required field
  take({ ...rest, event: "order", input: { body: { quantity: 2 } } });
  // @ts-expect-error a field of another type
  take({ ...rest, event: "order", input: { body: { sku: 5 } } });
  // @ts-expect-error a path without params
  take({ ...rest, event: "send", input: { params: { send: "x" } } });
  expect(take).toBeInstanceOf(Function);
});

test("the event of a job tells the type of its result", () => {
  typed(async ({ jobs }) => {
    const job = await jobs.get("job_1");
    if (job.event === "create_order") is<Is<typeof job.result, ActionResult | undefined>>();
    if (job.event === "store_document") is<Is<typeof job.result, StorageResult | undefined>>();
    is<Is<typeof job.status, JobStatus>>();
    // @ts-expect-error an event that the catalog does not have
    if (job.event === "create_ordr") throw job;
  });
  const any = async ({ jobs }: Ductape) => {
    const { result } = await jobs.get<ActionResult>("job_1");
    is<Is<typeof result, ActionResult | undefined>>();
    is<Is<Awaited<ReturnType<typeof jobs.get>>["result"], unknown>>();
  };
  expect(any).toBeInstanceOf(Function);
});

test("a client without a catalog accepts any event", () => {
  const client: Ductape = createDuctape({ url: "http://localhost:1", apiKey: "k" });
  const any: IJobProcessorInput = { env: "x", product_tag: "y", event: "z", input: { anything: 1 }, start_at: 0 };
  const check = () => [client.processor.job.schedule(any), client.jobs.list({ product_tag: "y", event: "z" })];
  expect(check).toBeInstanceOf(Function);
});

/** `tsc` compares the types. */
type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : { is: A; not: B };
const is = <_ extends true>() => expect(true).toBe(true);

test("schedule is typed with the result of the event's type", () => {
  typed(async ({ processor: { job } }) => {
    const order = await job.schedule({ ...place, event: "create_order", input: {} });
    is<Is<typeof order, ActionResult>>();
    const sent = await job.schedule({ ...place, event: "send_notification", input: { slug: "welcome" } });
    is<Is<typeof sent, NotificationResult>>();
    const file = await job.schedule({ ...place, event: "store_document", input: { fileName: "a", buffer: "" } });
    is<Is<typeof file, StorageResult>>();
    const written = await job.schedule({ ...place, event: "record_order", input: { data: {} } });
    is<Is<typeof written, SqlChange>>();
    const rows = await job.schedule(
      { ...place, event: "orders_of_customer", input: { filter: {} } },
      { timeout: 1000 },
    );
    is<Is<typeof rows, SqlRows>>();
    const price = await job.schedule({ ...place, event: "calculate_price", input: { payload: 1 } });
    is<Is<typeof price, HttpFunctionResult>>();
    const placed = await job.schedule({ ...place, event: "place_order", input: cart });
    is<Is<keyof typeof placed, "order" | "placed_at">>();
    is<Is<(typeof placed)["order"], unknown>>();
    // @ts-expect-error a field that the output does not have
    placed.price;
    // @ts-expect-error an unknown field
    job.schedule({ ...place, event: "create_order", input: {}, lables: ["a"] });
  });
});

test("the result of several events is one of theirs", () => {
  typed(async ({ processor: { job } }) => {
    const event = Math.random() > 2 ? "create_order" : "send_notification";
    const result = await job.schedule({ ...place, event, input: { slug: "welcome" } } as JobInput<typeof products> & {
      product_tag: "my-product";
      event: typeof event;
    });
    is<Is<typeof result, ActionResult | NotificationResult>>();
  });
});

test("the output of a feature and the operation of a database type the results", () => {
  const target = { engine: "mongodb", envs: {} } as const;
  type Shop = readonly [
    {
      tag: "shop";
      envs: readonly ["prd"];
      jobs: {
        plain: { type: "feature"; feature: "plain" };
        rich: { type: "feature"; feature: "rich" };
        gone: { type: "feature"; feature: "gone" };
        find: { type: "database_action"; database: "docs"; action: "find" };
        lost: { type: "database_action"; database: "docs"; action: "lost" };
        lambda: { type: "function"; function: "lambda" };
        upload: { type: "storage"; storage: "files" };
        either: { type: "database_action"; database: "either"; action: "find" };
        shared: { type: "database_action"; database: "shared"; action: "find" };
      };
      features: {
        plain: { sequences: { main: []; mail: [] } };
        rich: {
          output: {
            state: "done";
            count: 2;
            all: readonly ["a"];
            of: { id: "$Input{id}"; kind: "order" };
            hi: "Hi $Input{name}!";
          };
        };
      };
      databases: {
        docs: typeof target & { actions: { find: { operation: "find" } } };
        rows: { engine: "postgres"; actions: { find: { operation: "read" } } };
        either: { fallback: readonly ["docs", { use: "rows" }] };
        shared: { quota: readonly [{ use: "rows"; weight: 1 }] };
      };
      functions: { lambda: { envs: { prd: { provider: "lambda" } } } };
    },
    { tag: "other"; envs: readonly ["prd"]; jobs: { upload: { type: "action" } } },
  ];
  type Of<Event extends string, Tag extends string = "shop"> = ResultOf<Shop, Tag, Event>;
  is<Is<Of<"plain">, { main?: Record<string, unknown>; mail?: Record<string, unknown> }>>();
  is<Is<Of<"rich">, { state: "done"; count: 2; all: unknown[]; of: { id: unknown; kind: "order" }; hi: unknown }>>();
  is<Is<Of<"gone">, EventResult["feature"]>>();
  is<Is<Of<"find">, MongoResults["find"]>>();
  is<Is<Of<"lost">, DatabaseResult>>();
  is<Is<Of<"either">, MongoResults["find"] | SqlRows>>();
  is<Is<Of<"shared">, SqlRows>>();
  is<Is<Of<"lambda">, unknown>>();
  is<Is<Of<"upload">, StorageResult>>();
  is<Is<Of<"upload", "other">, ActionResult>>();
});

test("without a catalog the caller types the result", () => {
  const check = async ({ processor: { job } }: Ductape, data: IJobProcessorInput) => {
    const result = await job.schedule(data);
    is<Is<typeof result, unknown>>();
    const { status } = await job.schedule<ActionResult>(data);
    is<Is<typeof status, number>>();
  };
  expect(check).toBeInstanceOf(Function);
});
