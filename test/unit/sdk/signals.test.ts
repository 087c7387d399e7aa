import { fakeApi, rejection } from "./fake-api.ts";

const sent = { id: "evt_1", offered: ["job_1"], kept_until: 1 };

test("a signal is sent to the runs of a key, and repeated if it has an id", async () => {
  const faults = [{ status: 503, body: { code: "UNAVAILABLE", detail: "later" } }];
  await using api = await fakeApi([...faults, { status: 202, body: sent }], { product: "p", env: "prd" });
  const asked = { signal: "paid", key: "A-1", payload: { amount: 42.5 }, id: "evt_1" };
  expect(await api.client.signals.send(asked)).toEqual(sent);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill("POST /v1/signals"));
  expect(JSON.parse(api.seen[1]?.body ?? "")).toEqual({ product_tag: "p", env: "prd", ...asked });
});

test("a signal to an address that is full is refused once", async () => {
  const detail = "The signal paid with this key has 10000 messages that are kept.";
  await using api = await fakeApi([{ status: 409, body: { code: "STATE_CONFLICT", detail } }], {
    product: "p",
    env: "prd",
  });
  expect(await rejection(api.client.signals.send({ signal: "paid", key: "A-1", id: "evt_1" }))).toMatchObject({
    code: "STATE_CONFLICT",
    message: expect.stringContaining(detail),
  });
  expect(api.seen).toHaveLength(1);
});

test("a signal without an id is not repeated once it may have arrived", async () => {
  await using api = await fakeApi([{ status: 500, body: { code: "INTERNAL", detail: "broken" } }], {
    product: "p",
    env: "prd",
  });
  await rejection(api.client.signals.send({ signal: "paid", key: "A-1" }));
  expect(api.seen).toHaveLength(1);
});

test.each(["feature_id", "workflow_id", "job_id"])("Ductape's features.signal names a run by %s", async (name) => {
  await using api = await fakeApi([{ status: 202, body: sent }], { product: "p", env: "prd" });
  expect(await api.client.features.signal({ [name]: "job_1", signal: "paid", payload: {} })).toEqual(sent);
  expect(JSON.parse(api.seen[0]?.body ?? "")).toEqual({
    product_tag: "p",
    env: "prd",
    job_id: "job_1",
    signal: "paid",
    payload: {},
  });
});

test("a signal that names no product is refused before it is sent", async () => {
  await using api = await fakeApi([{ body: sent }]);
  expect(await rejection(api.client.signals.send({ signal: "paid", key: "A-1" }))).toMatchObject({
    code: "INVALID_REQUEST",
  });
  expect(api.seen).toEqual([]);
});
