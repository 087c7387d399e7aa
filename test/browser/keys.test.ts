import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

/** As in AWS, where nobody hands out a key. */
const withoutSession = (page: Page) => page.route("**/local/session", (route) => route.fulfill({ status: 404 }));

async function unlock(page: Page, key: string) {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
}

test("the page refuses a wrong key, and keeps the right one until the tab is closed", async () => {
  const key = await local.key("jobs:admin");
  const { page, allow } = await open("/jobs", { before: withoutSession });
  allow(/40[13]/);
  await unlock(page, `${key.slice(0, -8)}00000000`);
  await page.getByText("The API does not know this key, or it has expired.").waitFor();
  await unlock(page, key);
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
  const kept = await page.evaluate(() => JSON.stringify([Object.values(localStorage), document.cookie]));
  expect(kept).not.toContain(key.slice(-16));
  expect(await page.getByRole("link", { name: "Outbox" }).count()).toBe(0);
  await page.getByRole("button", { name: "Forget the key" }).click();
  await page.getByLabel("API key").waitFor();
  expect(await page.evaluate(() => Object.values(sessionStorage).join())).not.toContain(key.slice(-16));
});

test("a key that only reads sees neither inputs nor buttons that would be refused", async () => {
  const key = await local.key("jobs:read");
  const { job_id } = await local.schedule({ input: { params: { customer: "hidden-customer" } } });
  await local.ended(job_id, "completed");
  const { page, go } = await open("/jobs", { before: withoutSession });
  await unlock(page, key);
  await page
    .getByRole("link", { name: /create_order/ })
    .first()
    .waitFor();
  expect(await page.getByRole("link", { name: "New job" }).count()).toBe(1);
  expect(await page.getByRole("button", { name: "All that match" }).count()).toBe(0);
  expect(await page.getByRole("checkbox").count()).toBe(0);
  await go(`/jobs/${job_id}`);
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
  await page.getByRole("article", { name: "Attempt 1" }).waitFor();
  for (const name of ["Delete", "Cancel", "Retry", "Run now"]) {
    expect(await page.getByRole("button", { name, exact: true }).count()).toBe(0);
  }
  expect(await page.getByText("hidden-customer").count()).toBe(0);
  await go("/new?event=create_order");
  await page.getByText("This key may read jobs and not schedule any").waitFor();
  expect(await page.getByRole("button", { name: "Schedule job" }).count()).toBe(0);
  await go("/keys");
  await page.getByRole("list", { name: "What it may do" }).getByText("Yes:").waitFor();
});
