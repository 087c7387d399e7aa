import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { execute as action } from "../../../lambdas/consumers/types/action/execute.ts";
import { execute as database } from "../../../lambdas/consumers/types/database_action/execute.ts";
import { execute as feature } from "../../../lambdas/consumers/types/feature/execute.ts";
import { execute as cloudFunction } from "../../../lambdas/consumers/types/function/execute.ts";
import { execute as notification } from "../../../lambdas/consumers/types/notification/execute.ts";
import { execute as publish } from "../../../lambdas/consumers/types/publish/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import type { Job, JobType } from "../../../lambdas/core/job/job.ts";
import { RequestError } from "../../../lambdas/core/kernel/request-error.ts";
import type { ExecuteWithServices } from "../../../lambdas/core/operations/execution.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";
import { httpServer, json, type Seen } from "../../support/executors/http-server.ts";
import { fakeServices } from "../../support/fakes/services.ts";

/**
 * What a caller may try with an input, and what becomes of it: it is refused with the request, fails before anything is sent,
 * or is sent as plain data. Tests against real engines: postgres.test.ts, mysql.test.ts, mongodb.test.ts.
 */
const executors: Record<Exclude<JobType, "storage">, ExecuteWithServices> = {
  action,
  notification,
  database_action: database,
  function: cloudFunction,
  publish,
  feature,
};
const keptEnv = { ...process.env };
beforeAll(() => Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" }));
afterAll(() => {
  process.env = keptEnv;
});

const productAt = (url: string): Product => ({
  tag: "p",
  envs: ["prd"],
  jobs: {
    order: { type: "action", app: "shop", action: "order" },
    tell: { type: "notification", notification: "customers" },
    put: { type: "database_action", database: "items", action: "put" },
    find: { type: "database_action", database: "documents", action: "find" },
    price: { type: "function", function: "pricing" },
    keep: { type: "storage", storage: "files" },
    flow: { type: "feature", feature: "flow" },
    queue: { type: "publish", broker: "queues", topic: "orders" },
    route: { type: "publish", broker: "exchanges", topic: "orders" },
  },
  apps: {
    shop: {
      envs: { prd: { base_url: parameter("/api"), auth: { type: "bearer", token: secret("key") } } },
      actions: { order: { method: "POST", path: "/orders/:id" } },
    },
  },
  notifications: {
    customers: {
      envs: { prd: { push: { provider: "expo", endpoint: parameter("/push") }, callback: { url: `${url}/callback` } } },
      messages: { hi: { push_notification: { title: "Hi {{name}}", body: "{{text}}" } } },
    },
  },
  databases: {
    items: {
      engine: "dynamodb",
      envs: { prd: { region: "us-east-1", endpoint: url } },
      actions: {
        put: {
          operation: "update",
          table: "items",
          key: { id: "{{id:string}}" },
          update: "SET title = {{title:string}}, more = {{more?:object}}",
        },
      },
    },
    documents: {
      engine: "mongodb",
      envs: { prd: { connection: secret("mongo") } },
      actions: {
        find: { operation: "find", collection: "c", filter: { name: "{{name:string}}", tags: "{{tags?:object}}" } },
      },
    },
  },
  functions: { pricing: { envs: { prd: { provider: "http", url: `${url}/price` } } } },
  storages: { files: { envs: { prd: { provider: "s3", bucket: "bucket", prefix: "in" } } } },
  brokers: {
    queues: {
      envs: { prd: { provider: "sqs", topics: { orders: { queue: "arn:aws:sqs:us-east-1:123456789012:orders" } } } },
    },
    exchanges: {
      envs: { prd: { provider: "rabbitmq", url: secret("amqp"), topics: { orders: { exchange: "orders" } } } },
    },
  },
  features: {
    flow: {
      input: { sku: { type: "string" } },
      sequences: { main: [{ event: "price", input: { payload: "$Input{sku}" } }] },
    },
  },
});

/** Requests a job and runs it; with `stored`, as if it had been stored before such an input was refused. */
async function ask(event: string, input: Record<string, unknown>, { stored = false } = {}) {
  await using server = await httpServer(({ url }, response) =>
    json(response, 200, url.endsWith("/send") ? { data: [{ status: "ok", id: "1" }] } : {}),
  );
  const product = productAt(server.url);
  expect(checkCatalog([product], registry)).toEqual([]);
  const catalog = makeCatalog([product], registry);
  let accepted = input;
  try {
    const request = { env: "prd", product_tag: "p", event, input, start_at: 0 };
    if (!stored) accepted = parseRequest(request, catalog, noon).input;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { refused: error.faults.map(({ pointer }) => pointer), seen: server.seen };
  }
  const { type } = catalog.find("p", "prd", event).event;
  const job = aJob({ product: "p", event, type, input: { inline: accepted } });
  const services = fakeServices({
    jobs: [job],
    catalog,
    secrets: { key: "s3cret", mongo: "mongodb://127.0.0.1:1/x", "/api": `${server.url}/api`, "/push": server.url },
  });
  await runJob(services, executors[type as keyof typeof executors], aMessage(job), { random: () => 0 });
  const jobs = services.jobs.all();
  return { job: jobs.find(({ id }) => id === job.id) as Job, jobs, seen: server.seen };
}

const pollution = (): Record<string, unknown> =>
  JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
afterEach(() => expect(({} as { polluted?: unknown }).polluted).toBeUndefined());

const name = "a";
const push = (title: object, body: object) => ({
  slug: "hi",
  push_notification: { title, body, device_token: "ExponentPushToken[a]" },
});

test.each<[what: string, event: string, input: Record<string, unknown>, pointers: string[]]>([
  ["leaves the folder", "keep", { buffer: "", fileName: "../a" }, ["/input/fileName"]],
  ["leaves the folder, encoded", "keep", { buffer: "", fileName: "a/%2e%2e/b" }, ["/input/fileName"]],
  ["is absolute", "keep", { buffer: "", fileName: "/etc/passwd" }, ["/input/fileName"]],
  ["is another system's path", "keep", { buffer: "", fileName: "..\\a" }, ["/input/fileName"]],
  ["ends a header", "keep", { buffer: "", fileName: "a", mimeType: "text/plain\r\nx: y" }, ["/input/mimeType"]],
  ["is an operator", "find", { data: { name: { $ne: null } } }, ["/input/data/name"]],
  ["has an operator inside", "find", { data: { name, tags: { a: { $where: "1" } } } }, ["/input/data/tags"]],
  ["is a path of fields", "find", { data: { name, tags: { "a.b": 1 } } }, ["/input/data/tags"]],
  ["is the driver's own type", "find", { data: { name, tags: { _bsontype: "Code" } } }, ["/input/data/tags"]],
  ["is a prototype", "put", { data: { id: "1", title: "t", more: pollution() } }, ["/input/data/more"]],
  [
    "has AWS's own headers",
    "queue",
    { message: {}, headers: { "AWS.TraceHeader": "a", "a\r\nb": "c" } },
    ["/input/headers/AWS.TraceHeader", "/input/headers/a\r\nb"],
  ],
  ["has our header", "queue", { message: {}, headers: { "Idempotency-Key": "a" } }, ["/input/headers/Idempotency-Key"]],
  ["asks for copies", "route", { message: {}, headers: { BCC: "payroll" } }, ["/input/headers/BCC"]],
  ["is an unknown field", "flow", { sku: "a", constructor: 1 }, ["/input/constructor"]],
])("an input that %s is refused: %s", async (_what, event, input, pointers) => {
  const { refused, seen } = await ask(event, input);
  expect({ refused, seen }).toEqual({ refused: pointers, seen: [] });
});

const order = { params: { id: "1" } };
const fromPrototype = JSON.parse('{"__proto__": {"text": "x"}}');

test.each<[what: string, event: string, input: Record<string, unknown>, pointers: string[]]>([
  ["dots for a path", "order", { params: { id: ".." } }, ["/input/params/id"]],
  ["a header that ends", "order", { ...order, headers: { "x-a": "1\r\nx-b: 2" } }, ["/input/headers/x-a"]],
  [
    "a header's name that ends",
    "order",
    { ...order, headers: { "x-a: 1\r\nx-b": "2" } },
    ["/input/headers/x-a: 1\r\nx-b"],
  ],
  ["the host", "order", { ...order, headers: { host: "evil.example" } }, ["/input/headers/host"]],
  [
    "the length of the body",
    "order",
    { ...order, headers: { "Content-Length": "0" } },
    ["/input/headers/Content-Length"],
  ],
  [
    "a callback's header that ends",
    "tell",
    { slug: "hi", callback: { headers: { "x-a": "1\nx-b: 2" } } },
    ["/input/callback/headers/x-a"],
  ],
  ["a variable from the prototype", "tell", push({ name: "x" }, fromPrototype), ["/input/push_notification/body/text"]],
])(
  "an input with %s is refused at request and, if stored, before it is sent",
  async (_what, event, input, pointers) => {
    expect(await ask(event, input)).toEqual({ refused: pointers, seen: [] });
    const { job, seen } = await ask(event, input, { stored: true });
    expect({ status: job?.status, code: job?.error?.code, seen }).toEqual({
      status: "failed",
      code: "VALIDATION_ERROR",
      seen: [],
    });
  },
);

const parsed = (request: Seen | undefined) => JSON.parse(request?.body ?? "null");

test("the parts of an action's input stay in their places, and the app's credentials win", async () => {
  const { seen } = await ask("order", {
    params: { id: "../../admin?x=1#y" },
    query: { a: "1&admin=true" },
    headers: { Authorization: "Bearer mine" },
  });
  expect(seen).toMatchObject([
    { url: "/api/orders/..%2F..%2Fadmin%3Fx%3D1%23y?a=1%26admin%3Dtrue", headers: { authorization: "Bearer s3cret" } },
  ]);
});

test("a prototype in an input is treated as data", async () => {
  const { seen } = await ask("order", { params: { id: "1" }, body: pollution() });
  expect(Object.getOwnPropertyNames(parsed(seen[0]))).toEqual(["constructor"]);
  const called = await ask("price", { payload: pollution() });
  expect(Object.getOwnPropertyNames(parsed(called.seen[0]))).toEqual(["__proto__", "constructor"]);
});

test("a variable that looks like a template is not filled in", async () => {
  const { seen } = await ask("tell", push({ name: "{{text}}" }, { text: "$" + "{name} {{name}}" }));
  expect(parsed(seen[0])).toMatchObject([{ title: "Hi {{text}}", body: "$" + "{name} {{name}}" }]);
});

test("a value that looks like a statement is bound as a value", async () => {
  const title = "1, admin = :p0; DROP TABLE items --";
  const { seen } = await ask("put", { data: { id: "1", title } });
  expect(parsed(seen[0])).toMatchObject({
    UpdateExpression: "SET title = :p0, more = :p1",
    ExpressionAttributeValues: { ":p0": { S: title }, ":p1": { NULL: true } },
  });
});

test.each(["$Input{sku}", "$Now", "$Sequence{main}{price}", "$Concat([1", "$$"])(
  "a feature's input %s is data, even in a job stored before it was refused",
  async (sku) => {
    const { jobs } = await ask("flow", { sku }, { stored: true });
    const step = jobs?.find(({ event }) => event === "price");
    expect(step?.input).toEqual({ inline: { payload: sku } });
  },
);

test.each(["$Input{sku}", "$Now", "$Sequence{main}{price}"])("a request's input %s is refused", async (sku) => {
  expect(await ask("flow", { sku })).toMatchObject({ refused: ["/input/sku"] });
});
