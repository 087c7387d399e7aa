import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";
import { twoProducts } from "./support/two-products.ts";

const local = system({ products: twoProducts });
const open = dashboards(local.url);

const ops = { product_tag: "ops", env: "prd" };
const here = "product=ops&env=prd";
let failed = "";

/** One that failed in the second product, and later one for tomorrow in the first, which the page would choose by itself. */
beforeAll(async () => {
  local.shopAnswers(422);
  failed = (await local.schedule(ops)).job_id;
  await local.ended(failed, "failed");
  local.shopAnswers(200);
  await local.schedule({ start_at: Date.now() + 86_400_000 });
  await until(async () => {
    const { errors } = await local.api("/v1/errors?product_tag=ops&env=prd");
    return (errors as unknown[]).length > 0;
  });
}, 60_000);

/** Each page, by its name in the navigation, and what is on it once it has drawn what it shows. */
const pages: readonly (readonly [name: string, ready: string])[] = [
  ["Overview", "Throughput"],
  ["Jobs", "End of the list"],
  ["a job", "Why it failed"],
  ["Compare", "No other job of create_order in ops prd has completed."],
  ["Series", "Nothing recurs here"],
  ["Operations", "No operation was made here"],
  ["New job", "What it will do"],
  ["Errors", "Retry all"],
  ["Forecast", "Due by the hour"],
  ["Limits and pauses", "Nothing is paused"],
  ["Catalog", "create_order"],
  ["Keys and webhooks", "endpoint"],
  ["Outbox", "Nothing of it left this machine."],
  ["Clock", "Move ahead"],
];

async function visit(page: Page, [name, ready]: (typeof pages)[number]) {
  if (name === "a job") {
    // By an address that names no product, as in a message of somebody else.
    await page.evaluate((id) => location.assign(`#/jobs/${id}`), failed);
    await page.getByRole("region", { name: ready }).waitFor();
  } else if (name === "Compare") {
    await page.evaluate((id) => location.assign(`#/compare?right=${id}`), failed);
    await page.getByRole("main").getByText(ready).waitFor();
  } else {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await page.getByRole("main").getByText(ready).first().waitFor();
  }
  if (name === "Overview") await page.getByRole("button", { name: "7 days" }).click();
  await page.waitForFunction((tenant) => location.hash.includes(tenant), here);
  const pickers = page.getByRole("main").getByLabel("Product", { exact: true });
  const chosen = await Promise.all((await pickers.all()).map((one) => one.inputValue()));
  expect([name, chosen.filter((product) => product !== "ops")]).toEqual([name, []]);
  expect([name, await page.getByRole("alert").allTextContents()]).toEqual([name, []]);
}

test("every page opens after every other one and keeps the product and env", async () => {
  const { page } = await open(`/?${here}`);
  for (const [i, one] of pages.entries()) {
    for (const other of pages.slice(i + 1)) {
      await visit(page, one);
      await visit(page, other);
    }
  }
}, 400_000);

test("the overview and the errors show the same failures, whichever page opens first", async () => {
  const { page, go } = await open(`/?${here}&window=7d`);
  const failures = page.getByRole("region", { name: "What failed" });
  await failures.getByText("create_order").waitFor();
  await failures.getByRole("link", { name: "All errors" }).click();
  await page.getByLabel("Errors by cause").getByText("create_order").waitFor();
  await page.reload();
  await page.getByLabel("Errors by cause").getByText("create_order").waitFor();
  await go(`/?${here}&window=7d`);
  await failures.getByText("create_order").waitFor();
});

test("an event that has trends is shown alone, and its bars lead to its jobs", async () => {
  const { job_id } = await local.schedule({ ...ops, event: "call_partner" });
  await local.ended(job_id, "completed");
  const { page } = await open(`/?${here}&window=7d`);
  const throughput = page.getByRole("region", { name: "Throughput" });
  await throughput.getByRole("link", { name: /1 completed, 1 failed/ }).waitFor();
  await page.getByLabel("Event").selectOption("create_order");
  await throughput.getByRole("link", { name: /0 completed, 1 failed/ }).waitFor();
  expect(await page.getByLabel("Event").getByRole("option").allTextContents()).toEqual(["All events", "create_order"]);
  expect(page.url()).toContain("event=create_order");
  await throughput.getByRole("link").click();
  await page.getByText("End of the list").waitFor();
  expect(await page.locator(`a[href*="${failed}"]`).count()).toBe(1);
  expect(await page.locator(`a[href*="${job_id}"]`).count()).toBe(0);
});

test("lateness and duration are drawn over time, and a bar leads to the jobs that ended within it", async () => {
  const { page, go } = await open(`/?${here}&window=7d`);
  const throughput = page.getByRole("region", { name: "Throughput" });
  await throughput.getByRole("link", { name: /1 completed, 1 failed/ }).waitFor();
  const times = page.getByRole("region", { name: "Lateness over time" });
  const bar = times.getByRole("link", { name: /p50 .+, p99 .+ late/ });
  await bar.waitFor();
  expect(await times.getByRole("link").count()).toBe(1);
  await times.getByRole("button", { name: "Duration" }).click();
  await page
    .getByRole("region", { name: "Duration over time" })
    .getByRole("link", { name: /p50 .+, p99 .+ long/ })
    .waitFor();
  await throughput.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
  await page.getByText("End of the list").waitFor();
  expect(await page.locator(`a[href*="${failed}"]`).count()).toBe(1);
  const { product, env, status, from, to } = Object.fromEntries(new URLSearchParams(page.url().split("?")[1]));
  expect({ product, env, status, hours: (Number(to) + 1 - Number(from)) / 3_600_000 }).toEqual({
    ...{ product: "ops", env: "prd", status: "completed,failed" },
    hours: 6,
  });
  // Another bar has none of it.
  await go(`/jobs?${here}&status=completed,failed&from=${Number(from) - 21_600_000}&to=${Number(from) - 1}`);
  await page.getByText("No job matches").waitFor();
});

test("every question names the product and env of what it changes", async () => {
  const { page, go } = await open(`/limits?${here}`);
  const dialog = page.getByRole("dialog");
  const asks = async (button: string | RegExp) => {
    await page.getByRole("button", { name: button }).first().click();
    await dialog.getByText("In ops prd").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  };
  await asks(/^Pause$/);
  await asks("Pin other numbers");
  await go(`/errors?${here}`);
  await asks(/^Retry all/);
  await go(`/jobs/${failed}`);
  await asks(/^Retry$/);
  await asks(/^Delete$/);
  await go(`/jobs?${here}`);
  await asks("All that match");
  await page.getByLabel("Select all loaded jobs").check();
  await asks(/^Retry/);
});

test("at 390 px no page is wider than the screen, however long a product's name is", async () => {
  const { page, go } = await open("/", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const paths = [
    "/",
    "/jobs",
    `/compare?right=${failed}`,
    "/series",
    "/operations",
    "/new",
    "/errors",
    "/limits",
    "/catalog",
    "/keys",
    "/outbox",
    "/clock",
  ];
  for (const path of paths) {
    await go(`${path}${path.includes("?") ? "&" : "?"}${here}`);
    await page.waitForFunction(() => document.querySelector("[aria-busy='true'], .skeleton") === null);
    const [wide, outside] = await page.evaluate(() => {
      const main = document.querySelector("main") as HTMLElement;
      const selects = [...main.querySelectorAll("select")].filter((one) => one.getClientRects().length > 0);
      return [
        main.scrollWidth - main.clientWidth,
        selects.filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.value),
      ] as const;
    });
    expect([path, wide, outside]).toEqual([path, 0, []]);
  }
}, 90_000);
