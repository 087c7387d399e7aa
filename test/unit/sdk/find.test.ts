import type { FindQuery } from "../../../sdk/src/index.ts";
import { fakeApi } from "./fake-api.ts";

const found = (job_id: string) => ({ keys: [], fields: ["order"], job: { job_id, status: "failed" } });

test("jobs are found page by page, for the client's product and env, and the text stands in no address", async () => {
  const pages = [
    { body: { found: [found("job_1")], next_cursor: "c" } },
    { body: { found: [], next_cursor: "d", examined: 1000, looked_back_to: 5 } },
    { body: { found: [found("job_2")] } },
  ];
  await using api = await fakeApi(pages, { product: "p", env: "prd" });
  const ids: string[] = [];
  for await (const { job } of api.client.jobs.find(17, { field: "order", status: "failed", from: 5, to: 9 }))
    ids.push(job.job_id);
  expect(ids).toEqual(["job_1", "job_2"]);
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(3).fill("POST /v1/find"));
  const bodies = api.seen.map(({ body }) => (typeof body === "string" ? JSON.parse(body) : body));
  const asked = { product_tag: "p", env: "prd", q: "17", field: "order", status: "failed", from: 5, limit: 100 };
  expect(bodies[0]).toEqual({ ...asked, to: 9 });
  expect(bodies.map(({ cursor }) => cursor)).toEqual([undefined, "c", "d"]);
});

test("the names of fields are those of the catalog", () => {
  const event = { type: "action", app: "api", action: "order" } as const;
  const products = [
    {
      tag: "shop",
      envs: ["dev"],
      jobs: { order: { ...event, search: { order: "$Input{body}{order}" } }, plain: event },
    },
  ] as const;
  type Query = FindQuery<typeof products>;
  const known: Query = { field: "order" };
  // @ts-expect-error: no event has a field of this name
  const unknown: Query = { field: "ordr" };
  const any: FindQuery = { field: "whatever" };
  expect([known, unknown, any]).toHaveLength(3);
});

test("a list takes values as conditions", async () => {
  await using api = await fakeApi([{ body: { jobs: [] } }], { product: "p" });
  await api.client.jobs.list({
    where: { order: "A 17", paid: true },
    created_from: 5,
    status: ["failed", "completed"],
  });
  const { searchParams } = new URL(api.seen[0]?.path ?? "", "http://localhost");
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ product_tag: "p", status: "failed,completed", created_from: "5" },
    ...{ "where[order]": "A 17", "where[paid]": "true" },
  });
});
