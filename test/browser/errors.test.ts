import { beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

let failed: string[] = [];
beforeAll(async () => {
  local.shopAnswers(422);
  const made = await Promise.all([1, 2, 3].map(() => local.schedule()));
  failed = made.map(({ job_id }) => job_id);
  await Promise.all(failed.map((id) => local.ended(id, "failed")));
  local.shopAnswers(200);
  await until(async () => {
    const { errors } = await local.api("/v1/errors?product_tag=my-product&env=dev");
    return (errors as { count: number }[])[0]?.count === 3;
  });
}, 60_000);

test("the overview says what failed lately and links to it", async () => {
  const { page } = await open("/?product=my-product&env=dev");
  const failures = page.getByRole("region", { name: /^Failures|^What failed/ });
  await failures.getByText("create_order").first().waitFor();
  await failures.getByRole("link").first().click();
  await page.waitForURL(/#\/(errors|jobs)/);
});

test("failures with one cause are one line and are retried together", async () => {
  const { page, go } = await open("/errors?env=dev");
  const table = page.getByLabel("Errors by cause");
  await table.getByText("create_order").waitFor();
  expect(await table.locator("tbody tr").count()).toBe(1);
  await table.getByRole("link", { name: /^A sample/ }).click();
  await page.getByRole("region", { name: "Why it failed" }).waitFor();
  await go("/errors?env=dev");
  await table.getByRole("link", { name: "create_order", exact: true }).click();
  await page.getByRole("region", { name: "Jobs", exact: true }).getByText("failed").nth(2).waitFor();
  await go("/errors?env=dev");
  await page.getByRole("button", { name: /^Retry all/ }).click();
  await page.getByRole("button", { name: "Retry 3 jobs" }).click();
  await page.getByText("3 jobs retried").waitFor();
  await Promise.all(failed.map((id) => local.ended(id, "completed")));
});

test("the catalog names what an event refers to and links to the form", async () => {
  const { page } = await open("/catalog");
  const event = page.getByRole("listitem").filter({ hasText: "create_order" }).first();
  await event.locator("summary").click();
  await event.getByText('secret("my-product/shop#token")').waitFor();
  await event.getByRole("link", { name: "Schedule a job" }).click();
  await page.getByRole("button", { name: "Schedule job" }).waitFor();
  expect(page.url()).toContain("event=create_order");
});

test("a page that cannot be drawn says that this is a fault", async () => {
  const { page, allow } = await open("/jobs");
  const logged: string[] = [];
  page.on("console", (message) => message.type() === "error" && logged.push(message.text()));
  allow(/could not be drawn/);
  await page.route(/\/v1\/errors\?/, (route) => route.fulfill({ json: { errors: null } }));
  const menu = page.getByRole("navigation", { name: "Pages" });
  await menu.getByRole("link", { name: "Errors", exact: true }).click();
  await page.getByRole("alert").getByText("This page could not be drawn.").waitFor();
  expect(logged.join()).toMatch(/could not be drawn[\s\S]*TypeError/);
  await menu.getByRole("link", { name: "Series", exact: true }).click();
  await page.getByRole("heading", { name: "Series", level: 1 }).waitFor();
  await page.unrouteAll({ behavior: "wait" });
});
