import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const waiting = 2_100;
const perBatch = 100;

/** One job that has ended, behind more that wait than the API reads for two pages. */
beforeAll(async () => {
  const { job_id } = await local.schedule({ labels: ["deep"] });
  await local.ended(job_id, "completed");
  const job = { product_tag: "my-product", env: "dev", event: "create_order", input: {} };
  const start = Date.now() + 3 * 86_400_000;
  for (let first = 0; first < waiting; first += perBatch) {
    const jobs = Array.from({ length: perBatch }, (_, i) => ({ ...job, start_at: start + (first + i) * 1000 }));
    await local.api("/v1/jobs/batch", { jobs });
  }
}, 240_000);

/** Opens a list of which every page after the first waits: a fast machine would have read all of it before the test looks. */
async function openWaiting(path: string) {
  const released = Promise.withResolvers<void>();
  let asked = 0;
  const hold = (page: Page) =>
    page.route(/\/v1\/jobs\?.*cursor=/, async (route) => {
      asked += 1;
      await released.promise;
      await route.continue();
    });
  const { page } = await open(path, { before: hold });
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  return { page, table, release: () => released.resolve(), asked: () => asked };
}

test("a filter finds its only match deep in the list, and says how far it has looked", async () => {
  const { table, release } = await openWaiting("/jobs?label=deep");
  await table.getByText(/^Searched 1,000 jobs up to .+: none matches so far$/).waitFor();
  release();
  await table.locator("tbody tr").getByText("completed").waitFor({ timeout: 60_000 });
  await table.getByText("End of the list").waitFor();
}, 90_000);

test("a search of the list is stopped, continued and begun anew", async () => {
  const { page, table, release, asked } = await openWaiting("/jobs?label=absent");
  await table.getByRole("button", { name: "Stop" }).click();
  release();
  // What is under way ends, and nothing follows it.
  const goOn = table.getByRole("button", { name: "Go on" });
  await goOn.waitFor();
  await page.waitForTimeout(4_000);
  expect(asked()).toBeLessThanOrEqual(1);
  await goOn.click();
  await page.getByText("No job matches").waitFor({ timeout: 60_000 });
  // A cursor of this search would be refused with another filter.
  await page.getByLabel("Label, or the id of a job").fill("deep");
  await page.keyboard.press("Enter");
  await table.locator("tbody tr").getByText("completed").waitFor({ timeout: 60_000 });
  await page.getByLabel("Label, or the id of a job").fill("absent");
  await page.keyboard.press("Enter");
  await page.getByText("No job matches").waitFor({ timeout: 60_000 });
}, 180_000);
