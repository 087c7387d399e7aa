import { beforeAll, expect, test } from "@jest/globals";
import { violations } from "./support/accessible.ts";
import { dashboards, type Opened } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const ids: Record<string, string> = {};
beforeAll(async () => {
  const place = { event: "place_order", input: { customer: "ada", sku: "tea", quantity: 2 } };
  const made = {
    feature: await local.schedule(place),
    series: await local.schedule({ start_at: undefined, repeat: { cron: "30 2 * * 0", tz: "Europe/Berlin" } }),
    later: await local.schedule({ start_at: Date.now() + 600_000, labels: ["later"] }),
  };
  await local.ended(made.feature.job_id, "completed");
  local.shopAnswers(422);
  const failed = await local.schedule();
  await local.ended(failed.job_id, "failed");
  // What a pause in force changes is on every page. It holds nothing of what the tests look at.
  await local.api("/v1/pauses", {
    product_tag: "my-product",
    env: "prd",
    event: "create_order",
    reason: "the shop moves its stock",
  });
  Object.assign(ids, { failed: failed.job_id, ...mapValues(made) });
}, 60_000);

const mapValues = (made: Record<string, { job_id: string }>) =>
  Object.fromEntries(Object.entries(made).map(([name, { job_id }]) => [name, job_id]));

/** Each page, and what is on it once it has drawn what it shows. */
const pages: [name: string, path: () => string, ready: string][] = [
  ["Overview", () => "/", "Throughput"],
  ["Jobs", () => "/jobs", "End of the list"],
  ["a feature", () => `/jobs/${ids.feature}`, "3 of 3 done"],
  ["a failed job", () => `/jobs/${ids.failed}`, "not retried"],
  ["a series' job", () => `/jobs/${ids.series}`, "Europe/Berlin"],
  ["Compare", () => `/compare?left=${ids.feature}&right=${ids.failed}`, "What differs between two jobs"],
  ["Compare, nothing chosen", () => "/compare", "Nothing is compared yet"],
  ["Series", () => "/series", "Europe/Berlin"],
  ["Operations", () => "/operations", "No operation was made here"],
  ["Approvals", () => "/approvals", "Nothing waits for a decision"],
  ["New job", () => "/new?event=place_order", "What it will do"],
  ["Forecast", () => "/forecast", "Due by the hour"],
  ["Limits and pauses", () => "/limits", "Nothing is paused"],
  ["Limits and pauses, one in force", () => "/limits?product=my-product&env=prd", "End the pause"],
  ["Incidents", () => "/incidents", "Nothing goes wrong here"],
  ["Deliveries", () => "/deliveries", "Nothing was delivered"],
  ["Deliveries, sent", () => "/deliveries?kind=sent", "the last: 201 in"],
  ["Audit", () => "/audit", "What callers have changed"],
  ["Errors", () => "/errors", "Retry all"],
  ["Catalog", () => "/catalog", "create_order"],
  ["Keys and webhooks", () => "/keys", "jobs:admin"],
  ["Outbox", () => "/outbox", "Clear"],
  ["Clock", () => "/clock", "Move ahead"],
  ["No such page", () => "/nowhere", "There is no page"],
];

async function ready({ page, go }: Opened, path: string, text: string) {
  await go(path);
  await page.getByRole("main").getByText(text).first().waitFor();
  await page.getByRole("region", { name: "What is paused" }).getByText("the shop moves its stock").waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-busy='true'], .skeleton") === null);
  // A frame is a document of its own, which axe would wait for: the text of a mail says the same.
  const asText = page.getByRole("button", { name: "Text", exact: true });
  if ((await asText.count()) > 0) await asText.click();
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each(pages)("%s is accessible, and has the colours", async (_name, path, text) => {
    const opened = await open("/", { colorScheme, reducedMotion: "reduce" });
    await ready(opened, path(), text);
    const [red = 0] = await opened.page.evaluate(() =>
      (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(Number),
    );
    expect(red < 100 ? "dark" : "light").toBe(colorScheme);
    expect(await violations(opened.page)).toEqual([]);
  });
});

describe("at 390 px", () => {
  test.each(pages)("%s fits, and is accessible", async (_name, path, text) => {
    const opened = await open("/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await ready(opened, path(), text);
    const [content, width] = await opened.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content).toBeLessThanOrEqual(width as number);
    const small = await opened.page.evaluate(() =>
      [...document.querySelectorAll("main button")]
        .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 24)
        .map((one) => one.textContent),
    );
    expect(small).toEqual([]);
    expect(await violations(opened.page)).toEqual([]);
  });

  test("every page is reached by the menu", async () => {
    const { page } = await open("/", { viewport: { width: 390, height: 844 } });
    for (const name of ["Jobs", "Series", "Errors", "Catalog", "Clock"]) {
      await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
    }
  });
});

test("the page can be used with the keyboard alone", async () => {
  const { page, go } = await open("/jobs?label=later");
  await page.getByRole("link", { name: "create_order", exact: true }).waitFor();
  await go("/jobs?label=later");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await page.getByRole("link", { name: "create_order", exact: true }).focus();
  await page.keyboard.press("Enter");
  const cancel = page.getByRole("button", { name: "Cancel", exact: true });
  await cancel.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await cancel.evaluate((one) => one === document.activeElement)).toBe(true);
});

test("times are shown in the viewer's zone, in UTC or in the series' zone", async () => {
  const { page } = await open(`/jobs/${ids.series}`, { timezoneId: "Asia/Tokyo", locale: "en-GB" });
  const due = page.locator("main time:not(.pause-banner time)").first();
  await due.waitFor();
  const iso = (await due.getAttribute("datetime")) ?? "";
  const seen: string[] = [];
  for (const name of ["Local", "UTC", "Job's"]) {
    await page.getByRole("button", { name, exact: true }).click();
    seen.push((await due.textContent()) ?? "");
  }
  expect(new Date(iso).toISOString()).toBe(iso);
  expect(new Set(seen).size).toBe(3);
});
