import {
  bulkActions,
  bulkFilter,
  draftOf,
  faultsOf,
  firstChange,
  operationIn,
} from "../../../dashboard/src/pages/jobs/bulk-draft.ts";
import {
  addressTimeOf,
  fieldOf,
  filterOf,
  listDefaults,
  queryOf,
  timeOf,
} from "../../../dashboard/src/pages/jobs/filters.ts";
import {
  emptyAtEnd,
  heldOrder,
  idsOf,
  type ListPage,
  refreshed,
  searchedOf,
} from "../../../dashboard/src/pages/jobs/list-pages.ts";
import { nextSort, sorted } from "../../../dashboard/src/pages/jobs/sort.ts";
import { addressOf, fieldsOf, toggled, withTenant } from "../../../dashboard/src/url-state.ts";
import { OperationRequest } from "../../../lambdas/core/requests/operation-request.ts";
import type { JobSummary } from "../../../sdk/src/index.ts";

describe("the address of a list of jobs", () => {
  const defaults = { status: "", sort: "-time" };

  test("has what differs from the default, and keeps what other parts of the page wrote", () => {
    const after = addressOf("/jobs", "env=prd&status=failed", { status: "", sort: "time" }, defaults);
    expect(after).toBe("/jobs?env=prd&sort=time");
    expect(fieldsOf("env=prd&sort=time", defaults)).toEqual({ status: "", sort: "time" });
    expect(addressOf("/jobs", "sort=time", { sort: "-time" }, defaults)).toBe("/jobs");
  });

  test("has multiple choices in their order", () => {
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
    expect(queryOf({ ...listDefaults, view: "all", sort: "time" })).toEqual({ order: "asc", limit: 100 });
    expect(queryOf({ ...listDefaults, view: "all", sort: "planned" })).toEqual({ order: "asc", limit: 100 });
    expect(queryOf({ ...listDefaults, view: "all", sort: "-planned" })).toEqual({ order: "desc", limit: 100 });
    expect(timeOf("no time")).toBeUndefined();
    // No field and no format could show it.
    expect(timeOf("9000000000000000")).toBeUndefined();
  });

  test("has times that are the same instants for each reader", () => {
    const nine = String(Date.UTC(2026, 10, 30, 9));
    expect(addressTimeOf("2026-11-30T10:00", "Europe/Berlin")).toBe(nine);
    expect(fieldOf(nine, "Europe/Berlin")).toBe("2026-11-30T10:00");
    expect(fieldOf(nine, "America/Los_Angeles")).toBe("2026-11-30T01:00");
    expect([addressTimeOf("", "UTC"), fieldOf("", "UTC")]).toEqual(["", ""]);
    const written = ["2026-11-30T09:00", "2026-11-30T09:00Z", "2026-11-30T10:00+01:00", nine];
    expect(written.map(timeOf)).toEqual(Array(4).fill(Number(nine)));
  });

  test("keeps product and env on the way to a page that names none", () => {
    const here = "product=ops&env=prd&status=failed";
    expect(withTenant("/errors", here)).toBe("/errors?product=ops&env=prd");
    expect(withTenant("/new?from=job_1", here)).toBe("/new?from=job_1&product=ops&env=prd");
    expect(withTenant("/jobs?product=shop", here)).toBe("/jobs?product=shop");
    expect(withTenant("/errors", "status=failed")).toBe("/errors");
  });
});

describe("pages that are read again", () => {
  const pages = [
    { ids: ["d", "c"], next: "after-c" },
    { cursor: "after-c", ids: ["b", "a"] },
  ];

  test("keep the jobs that new ones have pushed out", () => {
    const after = refreshed(pages, 0, { ids: ["e", "d"], next: "after-d" });
    expect(idsOf(after)).toEqual(["e", "d", "c", "b", "a"]);
  });

  test("lose a job that no longer matches", () => {
    const after = refreshed(pages, 1, { cursor: "after-c", ids: ["a"] });
    expect(idsOf(after)).toEqual(["d", "c", "a"]);
  });

  test("drop what follows a possible gap", () => {
    expect(idsOf(refreshed(pages, 0, { ids: ["z", "y"], next: "after-y" }))).toEqual(["z", "y"]);
  });

  test("end where the answer ends", () => {
    expect(idsOf(refreshed(pages, 0, { ids: ["d"] }))).toEqual(["d"]);
  });

  test("grow at the end, and have each job once", () => {
    const more = refreshed(pages, 2, { cursor: "after-a", ids: ["a", "z"] });
    expect(idsOf(more)).toEqual(["d", "c", "b", "a", "z"]);
  });

  test("go on after a page with few matches or none", () => {
    const few: ListPage[] = [
      { ids: [], next: "1000", examined: 1000 },
      { cursor: "1000", ids: ["a"], next: "2000", examined: 1000 },
    ];
    expect(refreshed(few, 0, { ids: [], next: "998", examined: 1000 })).toHaveLength(2);
    expect(idsOf(refreshed(few, 0, { ids: ["new"], next: "998", examined: 1000 }))).toEqual(["new", "a"]);
    expect(refreshed([...few, { cursor: "2000", ids: [] }], 1, { ids: [], next: "2000", examined: 1000 })).toHaveLength(
      3,
    );
  });

  test("say how much was searched where few jobs match", () => {
    const empty: ListPage = { ids: [], next: "n", examined: 1000 };
    expect(searchedOf([empty, { ids: ["a"], next: "n", examined: 700 }])).toBe(1_700);
    expect(searchedOf([{ ids: ["a"], next: "n" }])).toBeUndefined();
    expect(searchedOf([{ ids: ["a", "b"], next: "n" }, empty, empty])).toBe(2_002);
    expect(searchedOf([])).toBeUndefined();
    expect([emptyAtEnd([], 0), emptyAtEnd([empty, { ids: ["a"] }, empty], 0)]).toEqual([0, 1]);
    expect([emptyAtEnd([empty, empty], 0), emptyAtEnd([empty, empty], 2)]).toEqual([2, 0]);
  });

  test("leave rows in place while the list is held", () => {
    const changed = [
      { ids: ["e", "c", "d"], next: "x" },
      { cursor: "x", ids: ["b"] },
    ];
    expect(heldOrder(["d", "c"], changed, 1)).toEqual(["d", "c", "b"]);
  });
});

test("the head of the planned times sorts by them, also jobs that the API lists by their end", () => {
  const job = (job_id: string, scheduled_at: number, finished_at: number) =>
    ({ job_id, scheduled_at, finished_at }) as JobSummary;
  const byId = new Map([job("late", 100, 900), job("early", 200, 300)].map((one) => [one.job_id, one]));
  expect(sorted(["late", "early"], byId, "-planned", 0)).toEqual(["early", "late"]);
  // The address may say anything.
  expect(sorted(["late", "early"], byId, "-hasOwnProperty", 0)).toEqual(["late", "early"]);
  expect(sorted(["late", "early"], byId, "planned", 0)).toEqual(["late", "early"]);
  expect([nextSort("-time", "planned"), nextSort("-planned", "planned"), nextSort("planned", "planned")]).toEqual([
    ...["-planned", "planned"],
    "-time",
  ]);
});

test("a list of jobs sorts its loaded rows, and by time again at the third click", () => {
  const job = (job_id: string, scheduled_at: number, first_started_at?: number) =>
    ({ job_id, scheduled_at, first_started_at }) as JobSummary;
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

  test("begins with what repairs its jobs, before what takes them away", () => {
    expect(firstChange({})).toBe("retry");
    expect(firstChange({ status: ["failed", "completed"] })).toBe("retry");
    expect(firstChange({ status: "paused" })).toBe("resume");
    expect(firstChange({ status: "scheduled", recurring: true })).toBe("pause");
    expect(firstChange({ status: "scheduled" })).toBe("cancel");
    expect(firstChange({ status: "completed" })).toBe("delete");
  });

  const filter = { product_tag: "shop", env: "prd", label: "campaign-7" };
  const draft = { ...draftOf(filter, 1_893_456_000_000), reason: " the provider is back " };

  test("is an operation that the API takes, whatever is chosen", () => {
    for (const action of bulkActions) {
      const operation = operationIn({ ...draft, action }, filter);
      expect([action, OperationRequest.safeParse(operation).error]).toEqual([action, undefined]);
    }
    expect(operationIn(draft, filter)).toEqual({
      action: "retry",
      filter: { ...filter, status: ["failed"] },
      reason: "the provider is back",
      rate_per_second: 10,
      canary: { count: 10, for: "10m", max_failures: 0 },
    });
    expect(operationIn({ ...draft, tries: false }, filter)).not.toHaveProperty("canary");
    expect(operationIn({ ...draft, action: "cancel" }, filter)).not.toHaveProperty("canary");
    expect(operationIn({ ...draft, action: "reschedule" }, filter)).toMatchObject({ start_at: 1_893_456_000_000 });
  });

  test.each<[string, object]>([
    ["reason", { reason: "  " }],
    ["reason", { reason: "x".repeat(201) }],
    ["start_at", { action: "reschedule", start_at: undefined }],
    ["rate", { rate: "0" }],
    ["rate", { rate: "201" }],
    ["rate", { rate: "1e2" }],
    ["first", { first: "11" }],
    ["minutes", { minutes: "1441" }],
    ["failures", { failures: "10" }],
    ["failures", { failures: "-1" }],
  ])("is not asked for with a wrong %s: %j", (field, wrong) => {
    expect(faultsOf({ ...draft, ...wrong }, filter)).toEqual([field]);
    expect(operationIn({ ...draft, ...wrong }, filter)).toBeUndefined();
  });

  test("may have no canary where it has nothing to say", () => {
    expect(faultsOf({ ...draft, action: "cancel", first: "" }, filter)).toEqual([]);
    expect(faultsOf({ ...draft, tries: false, first: "" }, filter)).toEqual([]);
  });

  test("of jobs whose status does not allow it is not asked for", () => {
    expect(faultsOf(draft, { ...filter, status: "completed" })).toEqual(["filter"]);
  });
});
