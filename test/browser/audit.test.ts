import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);
const tenant = "product=my-product&env=dev";
const reason = "<img src=x> \u202ereturned";

let id = "";
beforeAll(async () => {
  const { job_id } = await local.schedule({ start_at: Date.now() + 86_400_000 });
  id = job_id;
  await local.api(`/v1/jobs/${id}/reschedule`, { start_at: Date.now() + 2 * 86_400_000 });
  await local.api(`/v1/jobs/${id}/cancel`, { reason });
  await local.api("/v1/pauses", { product_tag: "my-product", env: "prd", reason: "the database is being moved" });
}, 120_000);

const rows = (page: Page) => page.getByLabel("Changes", { exact: true }).getByRole("row");

test("the page says who has changed what, with before and after, and leads to the job", async () => {
  const { page } = await open(`/?${tenant}`);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Audit" }).click();
  await page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
  const cancelled = rows(page).filter({ hasText: "Job cancelled" });
  await cancelled.getByText("the key of the deployment").waitFor();
  const text = (await cancelled.textContent()) ?? "";
  for (const part of ["scheduled", "cancelled", "<img src=x>", "my-product dev", "admin"]) expect(text).toContain(part);
  // What would turn the line around is shown in its place.
  expect(text).not.toContain("\u202e");
  await rows(page).filter({ hasText: "Job rescheduled" }).getByText("due_at").first().waitFor({ state: "attached" });
  expect(await rows(page).filter({ hasText: "Pause started" }).count()).toBe(0);
  await cancelled.getByRole("link").first().click();
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
});

test("it filters by action, by who and by target, in one product or in everything, and the address keeps it", async () => {
  const { page } = await open(`/audit?${tenant}`);
  await page.getByLabel("What was done").selectOption("job.reschedule");
  await rows(page).filter({ hasText: "Job rescheduled" }).waitFor();
  await rows(page).filter({ hasText: "Job cancelled" }).waitFor({ state: "detached" });
  expect(page.url()).toContain("action=job.reschedule");
  await page.reload();
  await rows(page).filter({ hasText: "Job rescheduled" }).waitFor();
  await page.getByLabel("What was done").selectOption("");
  await page.getByRole("button", { name: "Everything" }).click();
  await rows(page).filter({ hasText: "the database is being moved" }).waitFor();
  await page.getByLabel("Target").fill(id);
  await rows(page).filter({ hasText: "Pause started" }).waitFor({ state: "detached" });
  await rows(page).filter({ hasText: "Job cancelled" }).waitFor();
  await page.getByLabel("Who", { exact: true }).fill("nobody");
  await page.getByText("Nothing was changed").waitFor();
  await page.getByText("which are compared to the letter").waitFor();
});

test("a key without the scope is told so, and asks for nothing", async () => {
  const key = await local.key("jobs:read");
  const asked: string[] = [];
  const { page } = await open(`/audit?${tenant}`, {
    before: async (before) => {
      await before.route("**/local/session", (route) => route.fulfill({ status: 404 }));
      before.on("request", (request) => asked.push(new URL(request.url()).pathname));
    },
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByText("This key does not show it").waitFor();
  expect(asked).not.toContain("/v1/audit");
});

test("a key that reads the audit only sees everything at once, and elsewhere why it sees nothing", async () => {
  const key = await local.key("audit:read");
  const { page, allow, go } = await open(`/audit?${tenant}`, {
    before: (before) => before.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  allow(/403/);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await rows(page).filter({ hasText: "the database is being moved" }).waitFor();
  await go("/series");
  await page.getByRole("alert").getByText("FORBIDDEN").waitFor();
});

test("a list that cannot be read says so", async () => {
  const problem = { code: "UNAVAILABLE", detail: "Try again.", status: 503, title: "Unavailable" };
  const { page, allow } = await open("/", {
    before: (before) =>
      before.route("**/v1/audit?**", (route) =>
        route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
      ),
  });
  allow(/503/);
  await page.goto(`${local.url()}/#/audit?${tenant}`);
  await page.getByRole("alert").getByText("Try again.").waitFor();
});

test.each(looks)("is accessible and fits in %s with %j", async (colorScheme, options) => {
  const { page, go } = await open("/", { colorScheme, reducedMotion: "reduce", ...options });
  await go(`/audit?${tenant}`);
  await rows(page).filter({ hasText: "Job cancelled" }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  // On a phone the change stands below what was done.
  if ("viewport" in options)
    await rows(page).filter({ hasText: "Job cancelled" }).getByText("cancelled", { exact: true }).first().waitFor();
});
