import { AxeBuilder } from "@axe-core/playwright";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const products = `
import { products as all } from "../test/support/catalog/products.ts";
import { code } from "../lambdas/core/catalog/code-target.ts";
const [mine] = all;
const functions = ["charge", "refund", "flaky"];
const features = ["sale", "breaks", "many", "odd"];
export const products = [{
  ...mine,
  jobs: {
    ...mine.jobs,
    ...Object.fromEntries(functions.map((name) => [name, { type: "function", function: name, retries: 2, retry_config: { initial_delay: 800, jitter: false } }])),
    ...Object.fromEntries(features.map((name) => [name, { type: "feature", feature: name }])),
  },
  functions: { ...mine.functions, ...Object.fromEntries(functions.map((name) => [name, code("./shop.ts")])) },
  features: { ...mine.features, ...Object.fromEntries(features.map((name) => [name, code("./features.ts")])) },
}];
`;
const shop = `
import { setTimeout } from "node:timers/promises";
import { defineFunction } from "../lambdas/code/define-function.ts";
const done = (name) => defineFunction({ async run() { await setTimeout(120); return { id: name + "-1" }; } });
export const charge = done("charge");
export const refund = done("refund");
export const flaky = defineFunction({
  async run(_: unknown, ctx) {
    await setTimeout(80);
    if (ctx.attempt === 1) throw new Error("the shop is closed");
    return "open";
  },
});
`;
/** The longest name that a step may have, with what a page must show as text. */
const odd = [`<img src=x onerror="document.title='hacked'">`, "evil\u202egpj.exe", "🛒👩‍👩‍👧‍👦", "w".repeat(128)];
const features = `
import * as z from "zod";
import { defineFeature } from "../lambdas/code/feature/define-feature.ts";
export const sale = defineFeature({
  signals: { paid: z.object({ by: z.string() }) },
  async run(ctx) {
    ctx.setState("phase", "charging");
    await ctx.run("charge", { payload: {} });
    await ctx.step("letter", () => "Dear Ada");
    await ctx.run("flaky", { payload: {} });
    ctx.setState("phase", "waiting");
    const { payload } = await ctx.waitForSignal("paid", { timeout: "2d" });
    await ctx.sleep("1s");
    return payload;
  },
});
export const breaks = defineFeature({
  async run(ctx) {
    await ctx.run("charge", { payload: {} }, { undo: () => ctx.run("refund", { payload: {} }) });
    await ctx.step("letter", () => {
      throw new TypeError("no letter for ada@example.com");
    });
  },
});
export const many = defineFeature({
  async run(ctx) {
    await ctx.step("first", () => 1);
    const items = Array.from({ length: 300 }, (_, at) => at);
    await Promise.all(items.map((at) => ctx.step("item-" + at, () => { if (at === 77) throw new Error("no"); }, { allowFail: true })));
  },
});
export const odd = defineFeature({
  async run(ctx) {
    for (const name of ${JSON.stringify(odd.map((name) => name.replaceAll("/", "")))}) await ctx.step(name, () => name);
    await ctx.sleep("1s", { step: "the end" });
  },
});
`;

/** What is deployed later: another version of one feature. */
const later = features.replace("Dear Ada", "Hello Ada");
const productsLater = products.replace("./features.ts", "./later.ts");

const local = system({ products, modules: { "shop.ts": shop, "features.ts": features, "later.ts": later } });
const open = dashboards(local.url);
const begin = async (event: string) => (await local.schedule({ event, input: {} })).job_id;
const rowsOf = (page: Page) => page.getByRole("list", { name: "State of each step" });
const waits = (id: string) =>
  until(async () => {
    const { waits } = await local.api(`/v1/jobs/${id}`);
    return waits !== undefined;
  }, 30_000);

const ids: Record<string, string> = {};
beforeAll(async () => {
  for (const event of ["sale", "breaks", "many", "odd"]) ids[event] = await begin(event);
  await local.ended(ids.breaks ?? "", "failed");
  await local.ended(ids.many ?? "", "completed");
  await local.ended(ids.odd ?? "", "completed");
  await waits(ids.sale ?? "");
}, 90_000);

const rowOf = (page: Page, name: RegExp) => rowsOf(page).getByRole("button", { name });
const partsOf = async (page: Page, name: RegExp) =>
  (await rowOf(page, name)
    .locator(".wf-part")
    .evaluateAll((parts) => parts.map(({ classList }) => classList[1]))) ?? [];

test("a run that is live shows each step, what was tried again, and how long it waits, and grows", async () => {
  const { page } = await open(`/jobs/${ids.sale}`);
  await rowOf(page, /Job: charge completed/).waitFor();
  await rowOf(page, /Own code: letter completed/).waitFor();
  expect(await partsOf(page, /flaky/)).toEqual(["wf-queued", "wf-failed", "wf-queued", "wf-ran"]);
  const wait = rowOf(page, /Waits for a signal: wait:paid waiting/);
  expect(await wait.locator(".wf-took").textContent()).toMatch(/^(1 d 23 h|1 d 24 h|2 d) left$/);
  expect(await partsOf(page, /wait:paid/)).toEqual(["wf-waits"]);
  await page.getByRole("region", { name: "State", exact: true }).getByText('"waiting"').waitFor();
  const widthOf = async () =>
    (
      await rowOf(page, /charge/)
        .locator(".wf-ran")
        .boundingBox()
    )?.width ?? 0;
  const before = await widthOf();
  // The time that goes on makes what has ended a smaller part of it.
  await until(async () => (await widthOf()) < before - 1, 10_000);
  expect(await rowsOf(page).getByRole("button").count()).toBe(4);

  const signal = { product_tag: "my-product", env: "dev", signal: "paid", job_id: ids.sale, payload: { by: "Ada" } };
  await local.api("/v1/signals", signal);
  await rowOf(page, /Waits for a time: sleep/).waitFor();
  await rowOf(page, /wait:paid completed/).waitFor();
  await page.getByText("5 of 5 done").waitFor();
  await rowOf(page, /letter/).click();
  await page.getByRole("region", { name: "Returned by letter, as JSON" }).getByText('"Dear Ada"').waitFor();
  await rowOf(page, /wait:paid/).click();
  await rowsOf(page)
    .getByText(/^Ended by/)
    .waitFor();
}, 60_000);

test("a row opens by the keyboard to its job, with its attempts, its result and its input", async () => {
  const { page } = await open(`/jobs/${ids.sale}`);
  await rowOf(page, /charge/).waitFor();
  const stops = () => rowsOf(page).locator('.wf-row[tabindex="0"]').allTextContents();
  expect(await stops()).toHaveLength(1);
  await rowOf(page, /charge/).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  for (const _ of [1, 2]) await page.keyboard.press("ArrowDown");
  expect((await stops()).join()).toContain("flaky");
  await page.keyboard.press("Enter");
  const attempts = rowsOf(page).getByRole("region", { name: "Attempts of flaky" });
  await attempts.getByText("the shop is closed").waitFor();
  await attempts.getByText(/^products\/shop\.ts:\d+$/).waitFor();
  await rowsOf(page).getByRole("region", { name: "Result of flaky, as JSON" }).getByText('"open"').waitFor();
  await rowsOf(page).getByRole("region", { name: "Input of flaky, as JSON" }).waitFor();
  await page.keyboard.press("Enter");
  await attempts.waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await rowsOf(page).getByRole("link", { name: "Open the page of its job" }).click();
  await page.getByRole("heading", { name: "flaky", level: 1 }).waitFor();
});

test("a run that has failed names the line of the source, and shows what was undone", async () => {
  const { page } = await open(`/jobs/${ids.breaks}`);
  const line = features.split("\n").findIndex((text) => text.includes("throw new TypeError")) + 1;
  const place = `products/features.ts:${line}`;
  await page.getByRole("region", { name: "Why it failed" }).getByText(place, { exact: true }).waitFor();
  await rowOf(page, /Undo: undo:charge undone/).waitFor();
  await rowOf(page, /letter failed/).click();
  await rowsOf(page).getByText(place, { exact: true }).waitFor();
  await rowsOf(page).getByText("TypeError: no letter for ada@example.com").waitFor();
});

test("300 steps are folded by their names, and opening them asks the API for nothing", async () => {
  const { page } = await open(`/jobs/${ids.many}`);
  const group = rowOf(page, /item-\*/);
  await group.getByText("299 completed, 1 failed").waitFor();
  expect(await rowsOf(page).getByRole("button").count()).toBe(2);
  await page.getByRole("button", { name: "pause updates" }).click();
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/v1/") && asked.push(request.url()));
  await group.click();
  await rowOf(page, /item-77 failed/).waitFor();
  const inside = rowsOf(page).getByRole("list");
  const names = await inside.getByRole("button", { name: /item-\d/ }).allTextContents();
  expect(names).toHaveLength(50);
  expect(names[0]).toContain("item-77");
  await page.getByRole("button", { name: "50 more" }).click();
  expect(await inside.getByRole("button", { name: /item-\d/ }).count()).toBe(100);
  expect(asked).toEqual([]);
});

test("names that others have written are text", async () => {
  const { page } = await open(`/jobs/${ids.odd}`);
  await rowOf(page, /<img src=x onerror=/).click();
  await rowOf(page, /evil\\u202egpj\.exe/).waitFor();
  await rowOf(page, /🛒👩‍👩‍👧‍👦/).waitFor();
  await rowsOf(page).locator(".wf-full", { hasText: "<img src=x" }).waitFor();
  expect(await page.title()).not.toContain("hacked");
  expect(await page.locator("main img").count()).toBe(0);
});

/** What is open when it is looked at. */
const looked = [
  ["sale", /flaky/],
  ["breaks", /letter/],
  ["many", /item-/],
  ["odd", /www/],
] as const;

async function lookAt(options: Parameters<typeof open>[1]) {
  const found: unknown[] = [];
  const { page, go } = await open("/", { reducedMotion: "reduce", ...options });
  for (const [event, row] of looked) {
    await go(`/jobs/${ids[event]}`);
    await rowOf(page, row).click();
    await page.waitForFunction(() => document.querySelector("[aria-busy='true'], .skeleton") === null);
    const { violations } = await new AxeBuilder({ page }).analyze();
    found.push(
      ...violations.map(({ id, nodes }) => `${event} ${id}: ${nodes.map(({ target }) => target).join(" | ")}`),
    );
    const [content = 0, width = 0] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (content > width) found.push(`${event} is ${content} px wide`);
    if (process.env.PICTURES !== undefined)
      await page.screenshot({ path: `${process.env.PICTURES}/${event}-${options?.colorScheme ?? "narrow"}.png` });
  }
  return { page, found };
}

describe("the rows of a run", () => {
  test.each(["light", "dark"] as const)(
    "are accessible in %s",
    async (colorScheme) => {
      expect((await lookAt({ colorScheme, viewport: { width: 1360, height: 1500 } })).found).toEqual([]);
    },
    60_000,
  );

  test("fit into 390 px, each name above its bar", async () => {
    const { page, found } = await lookAt({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    expect(found).toEqual([]);
    const [name, bar] = await Promise.all(
      [".wf-name", ".wf-track"].map((part) => rowsOf(page).locator(part).first().boundingBox()),
    );
    expect((name?.y ?? 0) + (name?.height ?? 0)).toBeLessThanOrEqual((bar?.y ?? 0) + 1);
    expect(bar?.width).toBeGreaterThan(300);
  }, 60_000);
});

test("a run that goes on by earlier code says how many versions it is behind", async () => {
  const before = await begin("sale");
  await waits(before);
  local.deploy(productsLater);
  await local.stop();
  await local.start();
  await waits(await begin("sale"));
  const { page } = await open(`/jobs/${before}`);
  await page.getByText(/^[0-9a-f]{12}, 1 version behind$/).waitFor();
}, 90_000);
