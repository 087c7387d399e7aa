import { fakeApi, rejection } from "./fake-api.ts";

const approval = { id: "apr_1", title: "Refund?", choices: ["approve"], asked: [], until: 1 };

test("open approvals are listed page by page, for the client's product and env", async () => {
  const pages = [
    { body: { approvals: [approval], next_cursor: "c" } },
    { body: { approvals: [{ ...approval, id: "apr_2" }] } },
  ];
  await using api = await fakeApi(pages, { product: "p", env: "prd" });
  const seen: string[] = [];
  for await (const { id } of api.client.approvals.list()) seen.push(id);
  expect(seen).toEqual(["apr_1", "apr_2"]);
  expect(api.seen.map(({ path }) => path)).toEqual([
    expect.stringMatching(/^\/v1\/approvals\?.*product_tag=p.*env=prd|env=prd.*product_tag=p/),
    expect.stringContaining("cursor=c"),
  ]);
});

test("a decision is repeated where its answer was lost, as it is made once", async () => {
  const decided = { id: "apr_1", job_id: "job_1", choice: "approve", by: "key", at: 1 };
  const faults = [{ status: 503, body: { code: "UNAVAILABLE", detail: "later" } }];
  await using api = await fakeApi([...faults, { body: decided }]);
  expect(await api.client.approvals.decide("apr_1", { choice: "approve", note: "ok" })).toEqual(decided);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill("POST /v1/approvals/apr_1"));
  expect(JSON.parse(api.seen[1]?.body ?? "")).toEqual({ choice: "approve", note: "ok" });
});

test("what was decided otherwise is a conflict that says so", async () => {
  const body = { code: "STATE_CONFLICT", detail: "The approval was decided: reject, by ada." };
  await using api = await fakeApi([{ status: 409, body }]);
  const error = await rejection(api.client.approvals.decide("apr_1", { choice: "approve" }));
  expect(error).toMatchObject({ name: "ConflictError", message: expect.stringContaining("reject, by ada") });
});

test("a decision without an id is refused before it is sent", async () => {
  await using api = await fakeApi([{ body: {} }]);
  expect(await rejection(api.client.approvals.decide("", { choice: "x" }))).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});
