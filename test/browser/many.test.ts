import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const total = 10_000;
const perBatch = 100;
/** What a person notices as a stutter begins here. */
const longestTaskMs = 100;
/**
 * Another program of this machine may hold the page up; a fault of the page holds it up each time. `npm run test:browser` runs this
 * file alone, so that no other test does.
 */
const tries = 5;
/** How many of some 1,300 screens may be held up in one try: one in a hundred. A fault of the page meets more, a tenth of them loads. */
const heldUp = 13;

beforeAll(async () => {
  const job = { product_tag: "my-product", env: "dev", event: "create_order", input: {} };
  const start = Date.now() + 3 * 86_400_000;
  for (let first = 0; first < total; first += perBatch) {
    const jobs = Array.from({ length: perBatch }, (_, i) => ({ ...job, start_at: start + (first + i) * 1000 }));
    await local.api("/v1/jobs/batch", { jobs });
  }
}, 240_000);

/** Notes the length of every task that blocks the page for 50 ms or more. */
const watchTasks = (page: Page) =>
  page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
  });

const takeTasks = (page: Page) => page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks.splice(0));

/** Scrolls to the end, as a wheel does, a screen per frame or two; rows load on the way. */
async function scrollToEnd(page: Page, from: "top" | "bottom") {
  return page.evaluate(async (start) => {
    const table = document.querySelector("section[aria-label='Jobs']") as HTMLElement;
    const frame = () => new Promise(requestAnimationFrame);
    const end = () => document.querySelector(".list-end")?.textContent === "End of the list";
    let rest = 0;
    const step = start === "top" ? 700 : -700;
    for (let i = 0; i < 60_000; i++) {
      const before = table.scrollTop;
      table.scrollTop += step;
      await frame();
      rest = table.scrollTop === before ? rest + 1 : 0;
      if (rest > 5 && (start === "bottom" || end())) return;
    }
  }, from);
}

test(`of a hundred screens of ${total} jobs at most one is held up for over ${longestTaskMs} ms`, async () => {
  const { page } = await open("/jobs?view=upcoming", { before: watchTasks });
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  await table.locator("tbody tr").first().waitFor();
  await takeTasks(page);
  const worst: number[] = [];
  for (let n = 0; n < tries; n++) {
    await scrollToEnd(page, "top");
    await scrollToEnd(page, "bottom");
    const longest = (await takeTasks(page)).sort((a, b) => b - a);
    worst.push(longest[heldUp] ?? 0);
    expect(await table.locator("table").getAttribute("aria-rowcount")).toBe(String(total + 1));
    if ((worst.at(-1) ?? 0) <= longestTaskMs) break;
    await page.reload();
    await table.locator("tbody tr").first().waitFor();
    await takeTasks(page);
  }
  expect(await table.locator("tbody tr").count()).toBeLessThan(80);
  expect(Math.min(...worst)).toBeLessThanOrEqual(longestTaskMs);
}, 700_000);
