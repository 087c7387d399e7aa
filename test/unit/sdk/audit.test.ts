import { fakeApi } from "./fake-api.ts";

const entry = (id: string) => ({
  id,
  at: 1,
  actor: { kind: "key", name: "ci" },
  action: "job.cancel",
  target: "job_1",
});

test("changes are listed page by page, for the client's product and env, by filters and times", async () => {
  const pages = [
    { body: { entries: [entry("aud_1")], next_cursor: "c", examined: 1000, looked_back_to: 5 } },
    { body: { entries: [], next_cursor: "d" } },
    { body: { entries: [entry("aud_2")] } },
  ];
  await using api = await fakeApi(pages, { product: "p", env: "prd" });
  const seen: string[] = [];
  const query = { action: "job.cancel,job.retry", actor: "ci", target: "job_1", from: new Date(5), to: 9 } as const;
  for await (const { id, actor } of api.client.audit.list(query)) seen.push(`${id} ${actor.name}`);
  expect(seen).toEqual(["aud_1 ci", "aud_2 ci"]);
  const [first, second, third] = api.seen.map(({ path }) => new URL(path, "http://localhost"));
  expect(first?.pathname).toBe("/v1/audit");
  expect(Object.fromEntries(first?.searchParams ?? [])).toEqual({
    ...{ product_tag: "p", env: "prd", action: "job.cancel,job.retry", actor: "ci", target: "job_1" },
    ...{ from: expect.any(String), to: "9", limit: "100" },
  });
  expect([second, third].map((url) => url?.searchParams.get("cursor"))).toEqual(["c", "d"]);
});

test("the first page says how far a search has come", async () => {
  await using api = await fakeApi([{ body: { entries: [], next_cursor: "c", examined: 1000, looked_back_to: 5 } }]);
  expect(await api.client.audit.list({ limit: 5 })).toMatchObject({ entries: [], examined: 1000, looked_back_to: 5 });
  expect(api.seen[0]?.path).toBe("/v1/audit?limit=5");
});
