import { aJob, fakeApi, rejection, type Script } from "./fake-api.ts";

describe("a list that is awaited", () => {
  const pages: Script[] = [
    { body: { jobs: [aJob({ run: 1 }), aJob({ run: 2 })], next_cursor: "c" } },
    { body: { jobs: [aJob({ run: 3 })] } },
  ];

  test("is its first page", async () => {
    await using api = await fakeApi(pages);
    const page = await api.client.jobs.list({ status: "failed" });
    expect(page).toEqual({ jobs: [aJob({ run: 1 }), aJob({ run: 2 })], next_cursor: "c" });
    expect(api.seen.map(({ path }) => path)).toEqual(["/v1/jobs?status=failed"]);
  });

  test("can still be iterated", async () => {
    await using api = await fakeApi([...pages.slice(0, 1), ...pages]);
    const list = async () => api.client.jobs.list();
    const runs: number[] = [];
    for await (const { run } of await list()) runs.push(run);
    expect(runs).toEqual([1, 2, 3]);
    const page = await list();
    expect(await page.page("c")).toMatchObject({ jobs: [{ run: 3 }] });
    expect(JSON.parse(JSON.stringify(page))).toEqual({ jobs: [aJob({ run: 3 })] });
  });

  test("rejects only when it is awaited", async () => {
    await using api = await fakeApi([{ status: 403 }]);
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const lists = [api.client.jobs.list(), api.client.jobs.list({ offset: -1 }), api.client.jobs.runs("")];
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect([unhandled, api.seen]).toEqual([[], []]);
    const errors = await Promise.all(lists.map((list) => rejection((async () => await list)())));
    expect(errors).toMatchObject([
      { name: "PermissionError" },
      { errors: [{ pointer: "/offset" }] },
      { code: "INVALID_REQUEST" },
    ]);
    let ended = false;
    const caught = await api.client.jobs
      .list()
      .finally(() => {
        ended = true;
      })
      .catch(({ name }: Error) => name);
    expect([caught, ended]).toEqual(["PermissionError", true]);
    expect(await api.client.jobs.list().catch(({ name }: Error) => name)).toBe("PermissionError");
  });
});

describe("a list with an offset", () => {
  /** The cursor of a page is how many jobs come before it. */
  const numbered =
    (total: number): Script =>
    ({ path }) => {
      const query = new URL(path, "http://x").searchParams;
      const from = Number(query.get("cursor") ?? 0);
      const to = Math.min(total, from + Number(query.get("limit") ?? 20));
      const jobs = Array.from({ length: to - from }, (_, i) => aJob({ run: from + i + 1 }));
      return { body: { jobs, ...(to < total && { next_cursor: String(to) }) } };
    };

  test("skips jobs by reading large pages", async () => {
    await using api = await fakeApi([numbered(1000)]);
    const { jobs } = await api.client.jobs.list({ offset: 250, limit: 2 });
    expect(jobs.map(({ run }) => run)).toEqual([251, 252]);
    const asked = api.seen.map(({ path }) => Object.fromEntries(new URL(path, api.url).searchParams));
    expect(asked).toEqual([
      { limit: "100" },
      { limit: "100", cursor: "100" },
      { limit: "50", cursor: "200" },
      { limit: "2", cursor: "250" },
    ]);
  });

  test("goes on from there, also over short pages", async () => {
    await using api = await fakeApi([
      { body: { jobs: [aJob({ run: 1 })], next_cursor: "a" } },
      { body: { jobs: [], next_cursor: "b" } },
      { body: { jobs: [aJob({ run: 2 })], next_cursor: "c" } },
      { body: { jobs: [aJob({ run: 3 })], next_cursor: "d" } },
      { body: { jobs: [aJob({ run: 4 })] } },
    ]);
    const runs: number[] = [];
    for await (const { run } of api.client.jobs.list({ offset: 2 })) runs.push(run);
    expect(runs).toEqual([3, 4]);
  });

  test.each([3, 4, 10_000])("is empty beyond the end of three jobs: %d", async (offset) => {
    await using api = await fakeApi([numbered(3)]);
    expect(await api.client.jobs.list({ offset })).toEqual({ jobs: [] });
    expect(api.seen).toHaveLength(1);
  });

  test.each([-1, 0.5, 10_001, Number.NaN])("cannot begin at %d", async (offset) => {
    await using api = await fakeApi([numbered(3)]);
    expect(await rejection(api.client.jobs.list({ offset }).page())).toMatchObject({
      errors: [{ pointer: "/offset" }],
    });
    expect(api.seen).toEqual([]);
  });
});

describe("a filter in Ductape's words", () => {
  test.each([
    ["actions", "action"],
    ["features", "feature"],
    ["notifications", "notification"],
    ["storage", "storage"],
    ["databases", "database_action"],
    ["functions", "function"],
    ["workflows", "feature"],
  ] as const)("namespace %s is type %s", async (namespace, type) => {
    await using api = await fakeApi([{ body: { jobs: [] } }]);
    await api.client.jobs.list({ product: "p", namespace, recurring: false });
    expect(api.seen[0]?.path).toBe(`/v1/jobs?recurring=false&product_tag=p&type=${type}`);
  });

  test.each([
    [{ product: "a", product_tag: "b" }, "/product"],
    [{ product: "a", namespace: "graphs" }, "/namespace"],
    [{ product: "a", namespace: "toString" }, "/namespace"],
    [{ product: "a", namespace: "actions", type: "action" }, "/namespace"],
    [{}, "/product_tag"],
  ])("%j is refused", async (filter, pointer) => {
    await using api = await fakeApi([{ body: {} }]);
    expect(await rejection(api.client.jobs.cancelMany(filter as object))).toMatchObject({
      code: "INVALID_REQUEST",
      errors: [{ pointer }],
    });
    expect(api.seen).toEqual([]);
  });

  test("counts what a bulk change has changed", async () => {
    await using api = await fakeApi([
      { body: { matched: 3, succeeded: 2, failed: 1, errors: [], next_cursor: "c" } },
      { body: { matched: 1, succeeded: 1, failed: 0, errors: [] } },
    ]);
    expect(await api.client.jobs.cancelMany({ product: "p" })).toMatchObject({ count: 3, succeeded: 3, matched: 4 });
  });
});
