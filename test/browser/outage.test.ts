import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

test("the page keeps what it has while the API is down, and then goes on by itself", async () => {
  const { job_id } = await local.schedule();
  await local.ended(job_id, "completed");
  const { page, allow } = await open("/jobs");
  allow(/ERR_|Failed to fetch/);
  const table = page.getByRole("region", { name: "Jobs", exact: true });
  await table.getByText("completed").waitFor();
  await local.stop();
  const banner = page.getByRole("alert").filter({ hasText: "The API does not answer." });
  await banner.waitFor();
  expect(await table.getByText("completed").count()).toBe(1);
  await page.getByRole("link", { name: "New job" }).first().click();
  await banner.waitFor();
  await page.goBack();
  await local.start();
  await local.schedule({ labels: ["after"] });
  await banner.waitFor({ state: "detached" });
  await table.getByText("completed").nth(1).waitFor();
}, 120_000);

const menu = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true });

test("pages that were not opened before open while the API is away", async () => {
  const { page, allow } = await open("/jobs");
  allow(/ERR_|Failed to fetch/);
  // The last of the pages' files.
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => /clock-.*\.js$/.test(name)),
  );
  await page.waitForLoadState("networkidle");
  await local.stop();
  const banner = page.getByRole("alert").filter({ hasText: "The API does not answer." });
  await banner.waitFor();
  for (const name of ["Overview", "Series", "New job", "Errors", "Limits and pauses", "Catalog", "Keys and webhooks"]) {
    await menu(page, name).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    expect(await page.getByText("has not come").count()).toBe(0);
  }
  await local.start();
  await banner.waitFor({ state: "detached" });
  await page.getByRole("main").getByText("jobs:admin").first().waitFor();
}, 120_000);

test("a page whose file has not come says so, and opens once the server is back", async () => {
  const { page, allow } = await open("/jobs", {
    before: (fresh) => fresh.route(/assets\/errors-/, (route) => route.abort()),
  });
  allow(/ERR_|Failed to fetch/);
  await page.getByRole("region", { name: "Jobs", exact: true }).waitFor();
  await local.stop();
  await menu(page, "Errors").click();
  await page.getByRole("alert").filter({ hasText: "The file of this page has not come." }).waitFor();
  await page.unrouteAll();
  await local.start();
  await page.getByRole("heading", { name: "Errors", level: 1 }).waitFor();
}, 120_000);
