import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { approvalProducts } from "../support/approval-products.ts";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system({ products: approvalProducts });
const open = dashboards(local.url);

/** Where pictures of what was clicked are left, if a folder is named. */
const pictures = process.env.PICTURES;
async function picture(page: Page, name: string): Promise<void> {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

let orders = 0;
async function aRefund() {
  orders += 1;
  const order = `A-${orders}`;
  const input = { order, total: 120.5, reason: "It arrived <b>broken</b> & late" };
  const { job_id } = await local.schedule({ event: "refund_order", input });
  return { order, job_id };
}

const question = (order: string) => `Refund 120.5 EUR for order ${order}?`;

/** Clicks the link in the body of the mail, as its receiver does: it opens a page of its own. */
async function clickInMail(page: Page, order: string): Promise<Page> {
  await page
    .getByRole("navigation", { name: "Items" })
    .getByRole("button", { name: question(order) })
    .click();
  const opened = page.waitForEvent("popup");
  await page.locator(".outbox-item").frameLocator("iframe").getByRole("link", { name: "Decide now" }).click();
  const popup = await opened;
  await popup.getByRole("heading", { level: 1 }).waitFor();
  return popup;
}

const serious = async (page: Page) => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);

test.each([
  ["a desktop", { viewport: { width: 1360, height: 900 } }, "desktop"],
  ["a telephone", { viewport: { width: 390, height: 844 }, hasTouch: true }, "telephone"],
  ["a telephone in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" as const }, "dark"],
])("on %s, the link of a real mail leads to a page that decides", async (_, options, name) => {
  const { order, job_id } = await aRefund();
  const { page, allow } = await open("/outbox", options);
  allow(/Content Security Policy/);
  const popup = await clickInMail(page, order);
  await popup.getByRole("heading", { name: question(order) }).waitFor();
  await popup.getByText("It arrived <b>broken</b> & late").waitFor();
  await popup.getByText("You decide as refunds@example.com.").waitFor();
  await picture(popup, `approve-${name}`);
  expect(await serious(popup)).toEqual([]);
  const width = await popup.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(width).toBeLessThanOrEqual(0);
  // Looking at it decides nothing, however often.
  await popup.reload();
  await popup.getByLabel("Note").fill("as agreed");
  await popup.getByRole("button", { name: "Approve" }).click();
  await popup.getByRole("heading", { name: "Thank you, it is decided" }).waitFor();
  await picture(popup, `decided-${name}`);
  expect(await serious(popup)).toEqual([]);
  const job = await local.ended(job_id, "completed");
  expect(job).toMatchObject({
    result: { decision: { choice: "approve", by: "refunds@example.com", note: "as agreed" } },
  });
  // The link shows from now on what was decided.
  await popup.goto(popup.url());
  await popup.getByRole("heading", { name: "It was decided already" }).waitFor();
  await popup.getByText("as agreed").waitFor();
  await picture(popup, `already-${name}`);
});

test("the inbox lists what is open, counts it in the navigation, and decides it", async () => {
  const { order, job_id } = await aRefund();
  // The badge is asked for when the page opens, and then every half minute.
  await until(async () => JSON.stringify(await local.api("/v1/approvals")).includes(question(order)));
  const { page } = await open("/");
  const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /Approvals/ });
  await link.getByText(/, \d+ open/).waitFor({ state: "attached" });
  await link.click();
  const card = page.getByRole("listitem").filter({ hasText: question(order) });
  await card.getByText("refunds@example.com").waitFor();
  await picture(page, "inbox");
  await card.getByRole("button", { name: "reject" }).click();
  const dialog = page.getByRole("dialog", { name: "Decide: reject" });
  await dialog.getByLabel("Note").fill("too late");
  await dialog.getByRole("button", { name: "Decide reject" }).click();
  await card.waitFor({ state: "detached" });
  const job = await local.ended(job_id, "completed");
  expect(job).toMatchObject({ result: { decision: { choice: "reject", note: "too late" } } });
});

test("a job's page shows the gate of a step, and later who decided", async () => {
  const { order, job_id } = await aRefund();
  const { page } = await open(`/jobs/${job_id}`);
  await page.getByText("main.decision waits for a decision").waitFor();
  await page.getByRole("link", { name: question(order) }).click();
  const card = page.getByRole("listitem").filter({ hasText: question(order) });
  await card.getByRole("button", { name: "approve" }).click();
  await page.getByRole("button", { name: "Decide approve" }).click();
  await page.goBack();
  await page.getByText("main.decision was decided:").waitFor();
  await picture(page, "gate");
});

test("a key that only reads sees the question and cannot decide it", async () => {
  const { order } = await aRefund();
  const key = await local.key("jobs:read");
  const { page } = await open("/", {
    before: (page) => page.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("link", { name: /Approvals/ })
    .click();
  const card = page.getByRole("listitem").filter({ hasText: question(order) });
  await card.waitFor();
  expect(await card.getByRole("button").count()).toBe(0);
  expect(await card.getByText("It arrived").count()).toBe(0);
});
