import { beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { until } from "../support/local/until.ts";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { watchIdle } from "./support/idle.ts";
import { system } from "./support/system.ts";

/** Two products, one with a name that would be markup, or turn its line around. */
const name = "<img src=x onerror=alert(1)> \\u202eReturns";
const catalog = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
export const products = [{ ...mine, name: "${name}" }, { ...mine, tag: "ops", name: "Operations of the warehouses in the north-east" }];
`;

const local = system({ products: catalog });
const open = dashboards(local.url);

const tenant = "product=my-product&env=dev";
const hostile = '"><script>alert(1)</script>\u202e&';
const reason = `the campaign is off ${hostile}`;
const tomorrow = Date.now() + 86_400_000;

interface Shown {
  operation_id: string;
  state: string;
  matched: number;
  changed: number;
  unchanged: number;
  rate_per_second: number;
  paused?: object;
}
const get = async (id: string) => (await local.api(`/v1/operations/${id}`)) as unknown as Shown;
const becomes = (id: string, is: (operation: Shown) => boolean) =>
  until(async () => {
    const operation = await get(id);
    return is(operation) && operation;
  }, 60_000);
const begin = async (body: object): Promise<string> => {
  const { operation_id } = await local.api("/v1/operations", { reason, ...body });
  return operation_id as string;
};
const filter = (label: string) => ({ product_tag: "my-product", env: "dev", label });

async function later(label: string, count: number): Promise<string[]> {
  const job = { product_tag: "my-product", env: "dev", event: "create_order", input: {}, labels: [label] };
  const jobs = Array.from({ length: count }, (_, i) => ({ ...job, start_at: tomorrow + i * 1000 }));
  const { results } = await local.api("/v1/jobs/batch", { jobs });
  return (results as { job: { job_id: string } }[]).map(({ job: { job_id } }) => job_id);
}

/** One of 60 jobs at a job a second, which waits, with some of its jobs cancelled by hand. */
let slow = "";
let byHand: string[] = [];
beforeAll(async () => {
  await later(hostile, 12);
  const ids = await later("slow", 60);
  slow = await begin({ action: "reschedule", filter: filter("slow"), start_at: tomorrow + 1, rate_per_second: 1 });
  await becomes(slow, ({ state }) => state === "running");
  await local.api(`/v1/operations/${slow}/pause`, {});
  byHand = ids.slice(0, 30);
  await local.api("/v1/jobs/bulk", { action: "cancel", filter: { ...filter("slow"), to: tomorrow + 29_500 } });
}, 120_000);

const rows = (page: Page) => page.getByLabel("Operations", { exact: true }).getByRole("row");
const main = (page: Page) => page.getByRole("main");

test("all jobs of a filter are counted, cancelled by an operation, and say by which", async () => {
  const { page, go } = await open(`/jobs?${tenant}&label=${encodeURIComponent(hostile)}`);
  await page.getByRole("button", { name: "All that match" }).click();
  const dialog = page.getByRole("dialog", { name: "Change all jobs that match" });
  await dialog.getByText("In my-product dev").waitFor();
  await dialog.getByLabel("What to do").selectOption("cancel");
  const count = dialog.getByRole("button", { name: "Count the jobs" });
  expect(await count.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill(reason);
  await count.click();
  const cancel = dialog.getByRole("button", { name: "Cancel 12 jobs" });
  await cancel.waitFor();
  expect(await dialog.getByLabel("Change none if it finds another number than 12").isChecked()).toBe(true);
  // What was counted is not what another action would change.
  await dialog.getByLabel("What to do").selectOption("delete");
  await count.waitFor();
  await dialog.getByLabel("What to do").selectOption("cancel");
  await count.click();
  await cancel.click();
  await page.getByRole("heading", { name: "Cancel 12 jobs", level: 1 }).waitFor();
  await main(page).getByText("done", { exact: true }).waitFor();
  await page.getByRole("img", { name: "Progress: 12 changed, 0 unchanged, 0 failed, 0 not touched" }).waitFor();
  const text = (await main(page).textContent()) ?? "";
  for (const part of ["the campaign is off", "<script>alert(1)</script>", "the key of the deployment", "12 jobs"])
    expect(text).toContain(part);
  // What would turn the line around is shown in its place.
  expect(text).not.toContain("\u202e");
  const { jobs } = await local.api(
    `/v1/jobs?${tenant.replace("product=", "product_tag=")}&label=${encodeURIComponent(hostile)}`,
  );
  expect((jobs as { status: string }[]).map(({ status }) => status)).toEqual(Array(12).fill("cancelled"));

  await page.getByRole("link", { name: "Who has paused, continued or stopped it" }).click();
  const [, id = ""] = /(op_[0-9a-f]{16})/.exec(page.url()) ?? [];
  const entry = page.getByLabel("Changes", { exact: true }).getByRole("row").filter({ hasText: "Operation started" });
  await entry.getByRole("link", { name: id }).click();
  await page.getByRole("heading", { name: "Cancel 12 jobs", level: 1 }).waitFor();
  await go(`/jobs/${(jobs as { job_id: string }[])[0]?.job_id}`);
  await page.getByRole("link", { name: "by an operation" }).click();
  await page.getByRole("heading", { name: "Cancel 12 jobs", level: 1 }).waitFor();
});

test("the list is of a product, leads to each, and leaves counts out unless they are wanted", async () => {
  const { page } = await open(`/?${tenant}`);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Operations" }).click();
  await page.getByRole("heading", { name: "Operations", level: 1 }).waitFor();
  const row = rows(page).filter({ hasText: "Reschedule 60 jobs" });
  await row.getByText("paused", { exact: true }).waitFor();
  const text = (await row.textContent()) ?? "";
  for (const part of ["1/s", "label slow", "the key of the deployment", "<script>alert(1)"])
    expect(text).toContain(part);
  expect(text).not.toContain("\u202e");
  await main(page)
    .getByText(/only counted jobs/)
    .waitFor();
  expect(await rows(page).filter({ hasText: "Count 12 jobs to cancel" }).count()).toBe(0);
  await page.getByRole("button", { name: "Counts too" }).click();
  await rows(page).filter({ hasText: "Count 12 jobs to cancel" }).first().waitFor();
  expect(page.url()).toContain("counts=true");
  await main(page).getByLabel("Product").selectOption("ops");
  await page.getByText("No operation was made here").waitFor();
  await main(page).getByLabel("Product").selectOption("my-product");
  await row.getByRole("link", { name: "Reschedule 60 jobs" }).click();
  await page.getByRole("heading", { name: "Reschedule 60 jobs", level: 1 }).waitFor();
});

test("one is continued, given another rate, paused and stopped, and says which jobs it left and why", async () => {
  const { page } = await open(`/operations/${slow}?${tenant}`);
  const dialog = page.getByRole("dialog");
  await main(page).getByText("It changes no more jobs until it is continued.").waitFor();

  // The dialog is reached by keyboard, and gives the focus back.
  const rate = page.getByRole("button", { name: "Change the rate" });
  await rate.focus();
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await rate.evaluate((one) => one === document.activeElement)).toBe(true);
  await rate.click();
  await dialog.getByLabel("Jobs per second at most").fill("201");
  expect(await dialog.getByRole("button", { name: "Change the rate" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Jobs per second at most").fill("3");
  await dialog.getByRole("button", { name: "Change the rate" }).click();
  await main(page).getByText("3 jobs a second").waitFor();

  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await dialog.getByText("from now on in the name of your key").waitFor();
  await dialog.getByRole("button", { name: "Continue it" }).click();
  const left = page.getByLabel("Jobs that were not changed");
  await left.getByText("STATE_CONFLICT").last().waitFor({ timeout: 30_000 });
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await dialog.getByText(/It changes at most \d+ more jobs?, and then none until it is continued/).waitFor();
  await dialog.getByRole("button", { name: "Pause it" }).click();
  await main(page).getByText("paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await dialog.getByText("What it has changed stays changed.").waitFor();
  await dialog.getByRole("button", { name: "Stop it" }).click();
  await main(page).getByText("It was stopped.").waitFor({ timeout: 30_000 });
  expect(await page.getByRole("button", { name: /^(Pause|Continue|Stop|Change the rate)$/ }).count()).toBe(0);
  const operation = await get(slow);
  expect(operation).toMatchObject({ state: "stopped", rate_per_second: 3, matched: 60 });
  expect(operation.unchanged).toBeGreaterThan(0);
  const link = left.getByRole("link").first();
  const href = (await link.getAttribute("href")) ?? "";
  expect(byHand.some((id) => href.includes(id))).toBe(true);
}, 90_000);

test("where more jobs match than are loaded, those that are selected lead to all", async () => {
  await later("many", 100);
  await later("many", 20);
  const { page } = await open(`/jobs?${tenant}&label=many`);
  await page.getByLabel("Select all loaded jobs").check();
  await page.getByRole("region", { name: "Selected jobs" }).getByRole("button", { name: "All that match" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What to do").selectOption("reschedule");
  await dialog.getByLabel("Reason").fill("the shop is closed");
  await dialog.getByLabel(/^First job due/).fill("2030-01-31T09:00:00");
  await dialog.getByLabel("Jobs per second at most").fill("200");
  await dialog.getByRole("button", { name: "Count the jobs" }).click();
  await dialog.getByRole("button", { name: "Reschedule 120 jobs" }).click();
  await page.getByRole("img", { name: /^Progress: 120 changed/ }).waitFor();
  await main(page).getByText("2030-01-31").waitFor();
});

test("first jobs that fail halt it, and the page says what to do", async () => {
  local.shopAnswers(422);
  const made = await Promise.all([1, 2, 3].map(() => local.schedule({ labels: ["poison"] })));
  await Promise.all(made.map(({ job_id }) => local.ended(job_id, "failed")));
  const { page } = await open(`/jobs?${tenant}&label=poison`);
  await page.getByRole("button", { name: "All that match" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("the shop is back");
  await dialog.getByLabel("How many first").fill("1");
  await dialog.getByRole("button", { name: "Count the jobs" }).click();
  await dialog.getByRole("button", { name: "Retry 3 jobs" }).click();
  await page.getByRole("heading", { name: "Retry 3 jobs", level: 1 }).waitFor();
  await page.getByText("CANARY_FAILED").waitFor({ timeout: 60_000 });
  await page.getByText("No other job was changed.").waitFor();
  const first = page.getByRole("region", { name: "The first jobs" });
  await first.getByText("failed", { exact: true }).waitFor();
  await first.getByRole("listitem").getByRole("link").click();
  await page.getByRole("region", { name: "Why it failed" }).waitFor();
  local.shopAnswers(200);
}, 120_000);

test("one that finds another number than it must says so", async () => {
  await later("seven", 3);
  const id = await begin({ action: "cancel", filter: filter("seven"), expect: 7 });
  await becomes(id, ({ state }) => state === "refused");
  const { page } = await open(`/operations/${id}?${tenant}`);
  await page.getByText("OTHER_NUMBER").waitFor();
  await page.getByText("It has changed none.").waitFor();
});

test("a key that only reads watches, and changes nothing", async () => {
  await later("watched", 3);
  const id = await begin({ action: "cancel", filter: filter("watched"), rate_per_second: 1 });
  await local.api(`/v1/operations/${id}/pause`, {});
  const key = await local.key("jobs:read");
  const { page, go } = await open(`/operations/${id}?${tenant}`, {
    before: (before) => before.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await main(page).getByText("It changes no more jobs until it is continued.").waitFor();
  expect(await page.getByRole("button", { name: /^(Pause|Continue|Stop|Change the rate)$/ }).count()).toBe(0);
  expect(await page.getByText("Who has paused").count()).toBe(0);
  await go(`/jobs?${tenant}&label=watched`);
  await page.getByRole("link", { name: "create_order" }).first().waitFor();
  expect(await page.getByRole("button", { name: "All that match" }).count()).toBe(0);
  await local.api(`/v1/operations/${id}/stop`, {});
});

test("an operation that there is not says so", async () => {
  const { page, allow } = await open(`/operations?${tenant}`);
  allow(/404/);
  await page.goto(`${local.url()}/#/operations/op_0000000000000000?${tenant}`);
  await page.getByText("There is no such operation").waitFor();
});

test.each(looks)(
  "is accessible and fits in %s with %j",
  async (colorScheme, options) => {
    const { page, go } = await open("/", { colorScheme, reducedMotion: "reduce", ...options });
    const fits = () =>
      page.evaluate(() => {
        const narrow = document.querySelector("main") as HTMLElement;
        return document.documentElement.scrollWidth <= innerWidth && narrow.scrollWidth <= narrow.clientWidth;
      });
    const looks = async (what: string) => {
      expect([what, await violations(page), await fits()]).toEqual([what, [], true]);
    };
    await go(`/operations?${tenant}`);
    await rows(page).filter({ hasText: "Reschedule 60 jobs" }).waitFor();
    await looks("list");
    await go(`/operations?product=ops&env=dev`);
    await page.getByText("No operation was made here").waitFor();
    await looks("none");
    await go(`/operations/${slow}?${tenant}`);
    await page.getByLabel("Jobs that were not changed").getByRole("link").first().waitFor();
    await looks("one");
    const id = await begin({ action: "cancel", filter: filter("nothing of that name"), dry_run: true });
    await go(`/operations/${id}?${tenant}`);
    await main(page).getByText("done", { exact: true }).waitFor();
    await looks("a count");
    await go(`/jobs?${tenant}&label=${encodeURIComponent(hostile)}`);
    await page.getByRole("button", { name: "All that match" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What to do").selectOption("retry");
    await dialog.getByLabel("How many first").waitFor();
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "Count the jobs" }).click();
    await dialog.getByText("of these jobs can be changed so").waitFor();
    await looks("dialog");
  },
  90_000,
);

test("an idle page asks for little: at most 12 requests a minute", async () => {
  const { page } = await open("/", { before: (before) => before.clock.install() });
  const idle = watchIdle(page);
  await page.goto(`${local.url()}/#/operations?${tenant}`);
  await rows(page).filter({ hasText: "Reschedule 60 jobs" }).waitFor();
  await idle.settle();
  const asked = await idle.minute();
  expect(asked.filter((path) => path === "/v1/operations").length).toBeGreaterThan(1);
  expect(asked.length).toBeLessThanOrEqual(12);
});
