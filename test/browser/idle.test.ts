import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { watchIdle } from "./support/idle.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const tenant = "product=my-product&env=dev";
const ids = { ended: "", later: "", series: "", failed: "" };
beforeAll(async () => {
  const place = { event: "place_order", input: { customer: "ada", sku: "tea", quantity: 2 } };
  ids.ended = (await local.schedule(place)).job_id;
  ids.later = (await local.schedule({ start_at: Date.now() + 86_400_000 })).job_id;
  ids.series = (await local.schedule({ start_at: undefined, repeat: { cron: "30 2 1 1 *", tz: "UTC" } })).job_id;
  await local.ended(ids.ended, "completed");
  local.shopAnswers(422);
  ids.failed = (await local.schedule()).job_id;
  await local.ended(ids.failed, "failed");
  local.shopAnswers(200);
  await local.api("/v1/pauses", { product_tag: "my-product", env: "prd", event: "create_order", reason: "stock" });
}, 90_000);

/** What is promised of a page that is open while nothing happens. */
const most = 12;

/** Hides the tab, as another tab that is chosen does. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });

const pages: [name: string, path: () => string, ready: string][] = [
  ["Overview", () => `/?${tenant}`, "Throughput"],
  ["Overview of an hour", () => `/?window=1h&${tenant}`, "Throughput"],
  ["Jobs", () => `/jobs?${tenant}`, "End of the list"],
  ["a job that has ended", () => `/jobs/${ids.ended}`, "3 of 3 done"],
  ["a job that has failed", () => `/jobs/${ids.failed}`, "not retried"],
  ["a job of tomorrow", () => `/jobs/${ids.later}`, "its time"],
  ["a job of a series", () => `/jobs/${ids.series}`, "series"],
  ["Compare", () => `/compare?left=${ids.ended}&right=${ids.failed}`, "What differs between two jobs"],
  ["Series", () => `/series?${tenant}`, "30 2 1 1 *"],
  ["Operations", () => `/operations?${tenant}`, "No operation was made here"],
  ["Approvals", () => "/approvals", "Nothing waits for a decision"],
  ["New job", () => `/new?event=place_order&${tenant}`, "What it will do"],
  ["Incidents", () => `/incidents?${tenant}`, "Nothing goes wrong here"],
  ["Errors", () => `/errors?${tenant}`, "Retry all"],
  ["Forecast", () => `/forecast?${tenant}`, "Due by the hour"],
  ["Deliveries", () => `/deliveries?${tenant}`, "Nothing was delivered"],
  ["Limits and pauses", () => `/limits?${tenant}`, "Nothing is paused"],
  ["Limits and pauses, one in force", () => "/limits?product=my-product&env=prd", "End the pause"],
  ["Audit", () => `/audit?${tenant}`, "What callers have changed"],
  ["Catalog", () => `/catalog?${tenant}`, "create_order"],
  ["Keys and webhooks", () => `/keys?${tenant}`, "jobs:admin"],
];

test.each(pages)(
  "%s asks for little while nothing happens: at most 12 requests a minute, and nothing while its tab is hidden",
  async (_name, path, ready) => {
    const { page } = await open("/", { before: (before) => before.clock.install() });
    const idle = watchIdle(page);
    await page.goto(`${local.url()}/#${path()}`);
    await page.getByRole("main").getByText(ready).filter({ visible: true }).first().waitFor();
    await idle.settle();
    const asked = await idle.minute();
    await hide(page);
    const unseen = await idle.minute();
    expect(unseen).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(most);
  },
  90_000,
);

test.each([
  ["a job", (id: string) => `/jobs/${id}`, "running", most],
  ["the list of jobs", () => `/jobs?${tenant}`, "End of the list", most],
  // It asks for the latest jobs more often as long as one of them runs.
  ["the overview", () => `/?${tenant}`, "Throughput", most + 4],
])(
  "%s with a job that runs for long is asked for less as time passes",
  async (_name, path, ready, atMost) => {
    const release = local.holdShop();
    try {
      // The longest that a call may last: it must not run out of time meanwhile.
      const { job_id } = await local.schedule({ timeout_ms: 120_000 });
      const { page } = await open("/", { before: (before) => before.clock.install() });
      const idle = watchIdle(page);
      await page.goto(`${local.url()}/#${path(job_id)}`);
      await page.getByRole("main").getByText(ready).filter({ visible: true }).first().waitFor();
      await idle.settle();
      // Three minutes in which nothing of it changes.
      await idle.seconds(180);
      const later = await idle.minute();
      expect(later.length > atMost ? later : []).toEqual([]);
    } finally {
      release();
    }
  },
  150_000,
);
