import { bulkFilter, countJobs } from "../../../dashboard/src/pages/jobs/bulk-filter.ts";
import { filterOf, listDefaults, queryOf, timeOf } from "../../../dashboard/src/pages/jobs/filters.ts";
import { heldOrder, idsOf, refreshed } from "../../../dashboard/src/pages/jobs/list-pages.ts";
import { nextSort, sorted } from "../../../dashboard/src/pages/jobs/sort.ts";
import { addressOf, fieldsOf, toggled } from "../../../dashboard/src/url-state.ts";
import type { JobSummary } from "../../../sdk/src/index.ts";

describe("the address", () => {
  const defaults = { status: "", sort: "-time" };

  test("has what differs from the default, and keeps what other parts of the page wrote", () => {
    const after = addressOf("/jobs", "env=prd&status=failed", { status: "", sort: "time" }, defaults);
    expect(after).toBe("/jobs?env=prd&sort=time");
    expect(fieldsOf("env=prd&sort=time", defaults)).toEqual({ status: "", sort: "time" });
    expect(addressOf("/jobs", "sort=time", { sort: "-time" }, defaults)).toBe("/jobs");
  });

  test("has lists in the order in which they were chosen", () => {
    expect(toggled(toggled("failed", "running"), "failed")).toBe("running");
  });

  test("selects jobs as the API does", () => {
    const fields = {
      ...listDefaults,
      status: "failed,running",
      product: "shop",
      recurring: "false",
      from: "1700000000000",
    };
    expect(filterOf(fields)).toEqual({
      product_tag: "shop",
      status: ["failed", "running"],
      recurring: false,
      from: 1_700_000_000_000,
    });
    expect(queryOf({ ...listDefaults, sort: "time" })).toEqual({ order: "asc", limit: 100 });
    expect(timeOf("no time")).toBeUndefined();
  });
});

describe("pages that are read again", () => {
  const pages = [
    { ids: ["d", "c"], next: "after-c" },
    { cursor: "after-c", ids: ["b", "a"] },
  ];

  test("keep the jobs that new ones push out", () => {
    const after = refreshed(pages, 0, { ids: ["e", "d"], next: "after-d" });
    expect(idsOf(after)).toEqual(["e", "d", "c", "b", "a"]);
  });

  test("lose a job that no longer matches", () => {
    const after = refreshed(pages, 1, { cursor: "after-c", ids: ["a"] });
    expect(idsOf(after)).toEqual(["d", "c", "a"]);
  });

  test("drop what follows where rows may be missing in between", () => {
    expect(idsOf(refreshed(pages, 0, { ids: ["z", "y"], next: "after-y" }))).toEqual(["z", "y"]);
  });

  test("end where the answer ends", () => {
    expect(idsOf(refreshed(pages, 0, { ids: ["d"] }))).toEqual(["d"]);
  });

  test("grow at the end, and have each job once", () => {
    const more = refreshed(pages, 2, { cursor: "after-a", ids: ["a", "z"] });
    expect(idsOf(more)).toEqual(["d", "c", "b", "a", "z"]);
  });

  test("leave rows in place while the list is held, but for those that are loaded at the end", () => {
    const changed = [
      { ids: ["e", "c", "d"], next: "x" },
      { cursor: "x", ids: ["b"] },
    ];
    expect(heldOrder(["d", "c"], changed, 1)).toEqual(["d", "c", "b"]);
  });
});

test("sorts among the loaded rows, those without the value last, and returns to time by the third click", () => {
  const job = (job_id: string, due_at: number, started_at?: number) => ({ job_id, due_at, started_at }) as JobSummary;
  const byId = new Map([job("a", 0, 50), job("b", 0), job("c", 0, 200)].map((one) => [one.job_id, one]));
  expect(sorted(["a", "b", "c"], byId, "-lateness", 0)).toEqual(["c", "a", "b"]);
  expect(sorted(["a", "b", "c"], byId, "lateness", 0)).toEqual(["a", "c", "b"]);
  expect(sorted(["b", "a"], byId, "-time", 0)).toEqual(["b", "a"]);
  expect([nextSort("-time", "event"), nextSort("-event", "event"), nextSort("event", "event")]).toEqual([
    "-event",
    "event",
    "-time",
  ]);
});

describe("a bulk change", () => {
  test("touches only jobs whose status allows it", () => {
    expect(bulkFilter("retry", { product_tag: "p" })).toEqual({ product_tag: "p", status: ["failed"] });
    expect(bulkFilter("cancel", { status: ["completed", "queued"] })).toEqual({ status: ["queued"] });
    expect(bulkFilter("retry", { status: "completed" })).toBeUndefined();
    expect(bulkFilter("pause", {})?.recurring).toBe(true);
    expect(bulkFilter("pause", { recurring: false })).toBeUndefined();
  });

  const listOf = (sizes: number[]) => ({
    jobs: {
      list: () => ({
        page: async (cursor = "0") => ({
          jobs: Array.from({ length: sizes[Number(cursor)] ?? 0 }),
          ...(Number(cursor) + 1 < sizes.length && { next_cursor: String(Number(cursor) + 1) }),
        }),
      }),
    },
  });
  const count = (sizes: number[], signal = new AbortController().signal) => {
    const reports: number[] = [];
    const client = listOf(sizes) as unknown as Parameters<typeof countJobs>[0];
    return countJobs(client, {}, (n) => reports.push(n), signal).then((found) => ({ ...found, reports }));
  };

  test("counts first, also beyond a page that is empty", async () => {
    expect(await count([100, 0, 7])).toEqual({ count: 107, complete: true, reports: [100, 100, 107] });
  });

  test("stops counting where the exact number no longer matters", async () => {
    expect(await count(Array.from({ length: 101 }, () => 100))).toMatchObject({ count: 10_000, complete: false });
  });

  test("stops counting when the dialog is closed", async () => {
    await expect(count([1], AbortSignal.abort())).rejects.toThrow();
  });
});
