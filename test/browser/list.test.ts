import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const tomorrow = () => Date.now() + 86_400_000;
const rows = (page: Page) => page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody tr");

/** 3 that have completed, 2 that have failed, 4 for tomorrow. */
beforeAll(async () => {
  const done = await Promise.all([1, 2, 3].map(() => local.schedule({ labels: ["first"] })));
  await Promise.all(done.map(({ job_id }) => local.ended(job_id, "completed")));
  local.shopAnswers(422);
  const failed = await Promise.all([1, 2].map(() => local.schedule({ labels: ["second"] })));
  await Promise.all(failed.map(({ job_id }) => local.ended(job_id, "failed")));
  local.shopAnswers(200);
  await Promise.all([1, 2, 3, 4].map((at) => local.schedule({ start_at: tomorrow() + at * 1000, labels: ["later"] })));
}, 60_000);

async function shows(page: Page, count: number) {
  await page.waitForFunction(
    (wanted) => document.querySelectorAll("section[aria-label='Jobs'] tbody tr").length === wanted,
    count,
  );
}

test("filters, order and columns are in the address and survive a reload", async () => {
  const { page } = await open("/jobs");
  await shows(page, 5);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await shows(page, 9);
  await page.getByRole("button", { name: "failed", exact: true }).click();
  await shows(page, 2);
  await page.getByRole("button", { name: "completed", exact: true }).click();
  await shows(page, 5);
  await page.getByLabel("Label, or the id of a job").fill("first");
  await page.keyboard.press("Enter");
  await shows(page, 3);
  await page.locator("summary", { hasText: "Columns" }).click();
  await page.getByLabel("Attempts").uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Lateness" }).click();
  expect(page.url()).toMatch(
    /#\/jobs\?(?=.*status=failed%2Ccompleted|.*status=failed,completed)(?=.*label=first)(?=.*cols=)(?=.*sort=)/,
  );
  await page.reload();
  await shows(page, 3);
  expect(await page.getByRole("columnheader", { name: "Attempts" }).count()).toBe(0);
  expect(await page.getByRole("columnheader", { name: "Lateness" }).getAttribute("aria-sort")).toMatch(/ing$/);
  await page.getByRole("button", { name: "Clear" }).click();
  await shows(page, 9);
});

test("the list begins with what happened last, and what is to come begins with the next", async () => {
  const { page } = await open("/jobs");
  await shows(page, 5);
  expect(await rows(page).getByText("scheduled").count()).toBe(0);
  await page.getByRole("button", { name: "Upcoming", exact: true }).click();
  await shows(page, 4);
  const planned = await rows(page)
    .locator("time")
    .evaluateAll((all) => all.map((one) => one.getAttribute("datetime")));
  expect(planned).toEqual([...planned].sort());
  expect(page.url()).toContain("view=upcoming");
  await page.reload();
  await shows(page, 4);
  expect(await page.getByRole("button", { name: "Upcoming", exact: true }).getAttribute("aria-pressed")).toBe("true");
  await page.getByRole("button", { name: "Activity", exact: true }).click();
  await shows(page, 5);
  await page.getByRole("button", { name: "running", exact: true }).click();
  await page.getByText("No job matches").waitFor();
  expect(await page.getByRole("button", { name: "Activity", exact: true }).getAttribute("aria-pressed")).toBe("false");
});

test("a typed id leads to its job, and back leads to the same list", async () => {
  const { job_id } = await local.schedule({ start_at: tomorrow(), env: "prd" });
  const { page } = await open("/jobs?env=prd&view=upcoming");
  await page.getByLabel("Label, or the id of a job").fill(job_id);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "create_order" }).waitFor();
  await page.goBack();
  await shows(page, 1);
});

test("a change of all that match begins with what repairs them, and needs a reason", async () => {
  const { page } = await open("/jobs?status=failed&label=second");
  await shows(page, 2);
  await page.getByRole("button", { name: "All that match" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByLabel("What to do").inputValue()).toBe("retry");
  const facts = await dialog.locator(".fact").allTextContents();
  expect(facts).toEqual(["Statusfailed", "Labelsecond"]);
  const count = dialog.getByRole("button", { name: "Count the jobs" });
  expect(await count.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill("the shop is back");
  await count.click();
  await dialog.getByRole("button", { name: "Retry 2 jobs" }).waitFor();
  await dialog.getByLabel("What to do").selectOption("delete");
  await count.waitFor();
  await dialog.getByLabel("What to do").selectOption("resume");
  await dialog.getByText("None of these jobs is in a status that allows it.").waitFor();
  expect(await count.isDisabled()).toBe(true);
});

test("a window of time means the same instants to each reader, in the reader's zone", async () => {
  const { page } = await open("/jobs", { timezoneId: "Asia/Tokyo" });
  await rows(page).first().waitFor();
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByLabel("From, in Asia/Tokyo").fill("2026-11-30T18:00");
  await page.getByLabel("From, in Asia/Tokyo").blur();
  const from = String(Date.UTC(2026, 10, 30, 9));
  await page.waitForURL((url) => url.hash.includes(`from=${from}`));
  await page.getByRole("button", { name: "UTC", exact: true }).click();
  expect(await page.getByLabel("From, in UTC").inputValue()).toBe("2026-11-30T09:00");
  const asks = page.waitForRequest((request) => request.url().includes(`from=${from}`));
  const { page: elsewhere } = await open(`/jobs?from=${from}`, { timezoneId: "America/Los_Angeles" });
  const asksToo = elsewhere.waitForRequest((request) => request.url().includes(`from=${from}`));
  await Promise.all([asks, asksToo]);
  await elsewhere.locator("summary", { hasText: "More" }).click();
  expect(await elsewhere.getByLabel("From, in America/Los_Angeles").inputValue()).toBe("2026-11-30T01:00");
});

test("selected jobs are changed, those that the change fits", async () => {
  const { page } = await open("/jobs?label=second");
  await shows(page, 2);
  await page.getByLabel("Select all loaded jobs").check();
  await page.getByText("2 jobs selected").waitFor();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByRole("button", { name: "Retry 2 jobs" }).click();
  await page.getByText("Retried: 2 jobs").waitFor();
  await rows(page).getByText("completed").nth(1).waitFor();
});

test("a new job appears by itself, except under the pointer or while updates are paused", async () => {
  const { page } = await open("/jobs?label=live");
  // A list of which nothing is under way is asked for every ten seconds, three times here.
  page.setDefaultTimeout(40_000);
  await page.getByText("No job matches").waitFor();
  await local.schedule({ start_at: tomorrow(), labels: ["live"] });
  await shows(page, 1);
  await rows(page).first().hover();
  await local.schedule({ start_at: tomorrow(), labels: ["live"] });
  await page.getByRole("button", { name: "1 new" }).waitFor();
  await shows(page, 1);
  await page.getByRole("button", { name: "1 new" }).click();
  await shows(page, 2);
  await page.getByRole("heading", { name: "Jobs", level: 1 }).hover();
  await page.getByRole("button", { name: /pause updates/ }).click();
  let asked = 0;
  page.on("request", () => asked++);
  await local.schedule({ start_at: tomorrow(), labels: ["live"] });
  await page.clock.install();
  await page.clock.runFor(30_000);
  expect(asked).toBe(0);
  await page.getByRole("button", { name: /resume updates/ }).click();
  await page.clock.resume();
  await shows(page, 3);
}, 120_000);
