import { fakeApi, rejection } from "./fake-api.ts";

const operation = { operation_id: "op_1", action: "retry", state: "running", matched: 3, changed: 1 };
const filter = { event: "charge" };

test("an operation begins with the client's defaults, once however often it is sent", async () => {
  await using api = await fakeApi([{ status: 503 }, { status: 202, body: operation }], { product: "p", env: "prd" });
  expect(await api.client.operations.start({ action: "retry", filter, reason: "r" })).toEqual(operation);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill("POST /v1/operations"));
  const [first, again] = api.seen.map(({ body }) => JSON.parse(body ?? ""));
  expect(first).toEqual({
    ...{ action: "retry", reason: "r", filter: { product_tag: "p", env: "prd", event: "charge" } },
    idempotency_key: expect.any(String),
  });
  expect(again).toEqual(first);
});

test("an operation is of a value of the catalog's fields, as it is written", async () => {
  await using api = await fakeApi([{ status: 202, body: operation }], { product: "p" });
  const of = { where: { order: 17, customer: "ada@example.com" } };
  await api.client.operations.start({ action: "cancel", filter: of, reason: "r" });
  expect(JSON.parse(api.seen[0]?.body ?? "").filter).toEqual({ product_tag: "p", ...of });
  expect(api.seen[0]?.path).toBe("/v1/operations");
});

test("calls list, show and steer operations", async () => {
  const answers = [
    { body: { operations: [operation] } },
    ...Array.from({ length: 5 }, () => ({ body: operation })),
    { body: { jobs: [{ job_id: "job_1" }] } },
  ];
  await using api = await fakeApi(answers, { product: "p", env: "prd" });
  const { operations } = api.client;
  expect((await operations.list()).operations).toEqual([operation]);
  expect(await operations.get("a/b")).toEqual(operation);
  await operations.pause("op_1");
  await operations.continue("op_1");
  await operations.stop("op_1", { dry_run: true });
  await operations.setRate("op_1", 3);
  expect((await operations.notChanged("op_1")).jobs).toEqual([{ job_id: "job_1" }]);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /v1/operations?product_tag=p",
    "GET /v1/operations/a%2Fb",
    "POST /v1/operations/op_1/pause",
    "POST /v1/operations/op_1/continue",
    "POST /v1/operations/op_1/stop?dry_run=true",
    "POST /v1/operations/op_1/rate",
    "GET /v1/operations/op_1/not-changed",
  ]);
  expect(JSON.parse(api.seen[5]?.body ?? "")).toEqual({ rate_per_second: 3 });
});

test("an operation of no product, or without an id, is refused before it is sent", async () => {
  await using api = await fakeApi([{ body: operation }]);
  const nowhere = api.client.operations.start({ action: "retry", filter, reason: "r" } as never);
  expect(await rejection(nowhere)).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer: "/product_tag" }] });
  expect(await rejection(api.client.operations.stop(""))).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});
