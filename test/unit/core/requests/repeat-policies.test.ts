import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { derivedJobId } from "../../../../lambdas/core/job/job-id.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { explain } from "../../../../lambdas/core/queries/explain.ts";
import { newJob } from "../../../../lambdas/core/requests/new-job.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { parseReschedule } from "../../../../lambdas/core/requests/reschedule-request.ts";
import { noon } from "../../../support/builders.ts";
import { myProduct } from "../../../support/catalog/my-product.ts";

const calendars = { holidays: ["2030-12-25", "2030-12-26"] };
const product = { ...myProduct, calendars } as unknown as Product;
const catalog = makeCatalog([product], registry);

const request = (repeat: object, more: object = {}) => ({
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  input: { body: { sku: "A-1" } },
  repeat,
  ...more,
});
const parse = (repeat: object, more: object = {}) => parseRequest(request(repeat, more), catalog, noon);
const faultsOf = (work: () => unknown) => {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
    throw error;
  }
};
const nightly = { cron: "30 2 * * *", tz: "Europe/Berlin" };

describe("the policies of a series", () => {
  it("are kept as requested, without defaults", () => {
    const asked = { missed: "all", max_lateness_ms: 5000, spread_ms: 60_000, except: ["2030-12-24", "holidays"] };
    expect(parse({ ...nightly, ...asked }).repeat).toMatchObject({ ...asked, overlap: "skip" });
    expect(parse(nightly).repeat).toEqual({ ...nightly, overlap: "skip", anchor: noon });
    expect(parse({ ...nightly, except: [] }).repeat).not.toHaveProperty("except");
  });

  it.each<[object, string]>([
    [{ missed: "most" }, "/repeat/missed"],
    [{ max_lateness_ms: -1 }, "/repeat/max_lateness_ms"],
    [{ max_lateness_ms: 1e12 }, "/repeat/max_lateness_ms"],
    [{ spread_ms: 0 }, "/repeat/spread_ms"],
    [{ spread_ms: 1e9 }, "/repeat/spread_ms"],
    [{ overlap: "cancel" }, "/repeat/overlap"],
    [{ except: ["2030-02-30"] }, "/repeat/except/0 is a day that does not exist"],
    [{ except: ["2030-12-24", "holyday"] }, "/repeat/except/1 must be a date such as 2030-12-25"],
    [{ except: "holidays" }, "/repeat/except"],
    [{ overlap: "cancel_previous", missed: "all" }, "/repeat/missed cannot be all with overlap cancel_previous"],
    [{ maximal_lateness: 5 }, "/repeat/maximal_lateness"],
  ])("may not be %j", (more, fault) => {
    expect(faultsOf(() => parse({ ...nightly, ...more }))).toEqual([expect.stringContaining(fault)]);
    expect(faultsOf(() => parseReschedule({ repeat: { ...nightly, ...more } }, noon, calendars))).toEqual([
      expect.stringContaining(fault),
    ]);
  });

  it("name the calendars of the product in their fault", () => {
    expect(faultsOf(() => parse({ ...nightly, except: ["zzz"] }))).toEqual([
      expect.stringContaining("It has holidays"),
    ]);
    expect(faultsOf(() => parse({ ...nightly, except: ["holiday"] }))).toEqual([
      expect.stringContaining("Did you mean"),
    ]);
  });

  it("refuse a spread beyond the interval, or past the end", () => {
    expect(faultsOf(() => parse({ every: 60_000, spread_ms: 60_001 }))).toEqual([
      expect.stringContaining("/repeat/spread_ms must be at most `every`"),
    ]);
    expect(faultsOf(() => parse({ every: 60_000, spread_ms: 60_000, end_date: noon + 59_999 }))).toEqual([
      expect.stringContaining("/repeat/end_date is before the first run, if that is spread"),
    ]);
    expect(faultsOf(() => parse({ every: 60_000, spread_ms: 60_000, end_date: noon + 60_000 }))).toEqual([]);
  });

  it("have their faults beside others, even if the event is unknown", () => {
    const faults = faultsOf(() => parse({ ...nightly, except: ["zzz"] }, { event: "nothing", retries: -1 }));
    expect(faults).toEqual(expect.arrayContaining([expect.stringContaining("/repeat/except/0")]));
  });
});

describe("the explanation of a series", () => {
  const days = (asked: ReturnType<typeof parse>) =>
    explain(asked, noon).next_runs.map(({ local }) => local.slice(0, 10));

  it("leaves out excepted days", () => {
    const start_at = Date.parse("2030-12-23T12:00:00Z");
    const shown = days(parse({ ...nightly, except: ["2030-12-24", "holidays"] }, { start_at }));
    expect(shown.slice(0, 2)).toEqual(["2030-12-27", "2030-12-28"]);
  });

  it("has the offset of the job if a key names the job", () => {
    const asked = parse({ ...nightly, spread_ms: 3_600_000 }, { idempotency_key: "nightly" });
    const id = derivedJobId("my-product", "prd", "nightly");
    const job = newJob(asked, { id, writeId: "w", now: noon, input: { inline: {} } });
    expect(job.repeat?.offset_ms).toBeGreaterThan(0);
    const explained = explain(asked, noon);
    expect(explained.job).toMatchObject({ due_at: job.due_at, repeat: job.repeat });
    expect(explained.next_runs[0]?.at).toBe(job.due_at);
    expect(explained).not.toHaveProperty("notes");
  });

  it("says what is unknown without a key", () => {
    expect(explain(parse({ ...nightly, spread_ms: 3_600_000 }), noon).notes).toEqual([
      { pointer: "/repeat/spread_ms", detail: expect.stringContaining("idempotency_key") },
    ]);
  });
});

describe("the calendars of a product", () => {
  const faults = (calendars: unknown) =>
    checkCatalog([{ ...myProduct, calendars }], registry).map(({ pointer }) => pointer);

  it("are days that exist, by names that are no dates", () => {
    expect(faults({ holidays: ["2030-12-25"], "bank-days": [] })).toEqual([]);
    expect(faults({ holidays: ["2030-12-25", "2030-02-30"] })).toEqual(["/my-product/calendars/holidays/1"]);
    expect(faults({ "2030-12-25": [] })).toEqual(["/my-product/calendars/2030-12-25"]);
    expect(faults({ holidays: "2030-12-25" })).toEqual(["/my-product/calendars/holidays"]);
    expect(faults(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`c${n}`, []])))).toEqual([
      "/my-product/calendars",
    ]);
  });
});
