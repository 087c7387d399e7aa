import { fakeApi, rejection } from "./fake-api.ts";

const pause = { id: "pause_1", product_tag: "p", reason: "r", state: "active", since: 1, drain_per_second: 50 };

test("a pause is created with the client's defaults, and is repeatable", async () => {
  await using api = await fakeApi([{ status: 503 }, { status: 201, body: pause }], { product: "p", env: "prd" });
  expect(await api.client.pauses.create({ event: "charge", reason: "r", drain_per_second: 5 })).toEqual(pause);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill("POST /v1/pauses"));
  expect(JSON.parse(api.seen[1]?.body ?? "")).toEqual({
    product_tag: "p",
    env: "prd",
    event: "charge",
    reason: "r",
    drain_per_second: 5,
  });
});

test("a call pauses one key of a limit", async () => {
  await using api = await fakeApi([{ status: 201, body: { ...pause, limit: "customer", key: "C-7" } }], {
    product: "p",
  });
  const asked = { limit: "customer", key: "C-7", reason: "r" };
  expect(await api.client.pauses.create(asked)).toMatchObject({ limit: "customer", key: "C-7" });
  expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({ product_tag: "p", ...asked });
});

test("calls list and end pauses", async () => {
  await using api = await fakeApi([{ body: { pauses: [pause] } }, { body: { ...pause, state: "draining" } }]);
  expect(await api.client.pauses.list({ product_tag: "p" })).toEqual([pause]);
  expect(await api.client.pauses.end("a/b")).toMatchObject({ state: "draining" });
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /v1/pauses?product_tag=p",
    "DELETE /v1/pauses/a%2Fb",
  ]);
});

test("pausing or ending nothing is refused before it is sent", async () => {
  await using api = await fakeApi([{ body: pause }]);
  expect(await rejection(api.client.pauses.create({ reason: "r" } as never))).toMatchObject({
    code: "INVALID_REQUEST",
    errors: [{ pointer: "/product_tag" }],
  });
  expect(await rejection(api.client.pauses.end(""))).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});

test("an unknown pause is an error with a code", async () => {
  await using api = await fakeApi([{ status: 404, body: { code: "PAUSE_NOT_FOUND", detail: "no" } }]);
  expect(await rejection(api.client.pauses.end("pause_0"))).toMatchObject({
    name: "NotFoundError",
    code: "PAUSE_NOT_FOUND",
  });
});
