import { AxeBuilder } from "@axe-core/playwright";
import { beforeAll, expect, test } from "@jest/globals";
import type { BrowserContextOptions, Page } from "playwright-core";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

/** Two products with the same events: one that returns what it is given, or throws, and one that hides a part of it. */
const products = `
import { products as all } from "../test/support/catalog/products.ts";
import { code } from "../lambdas/core/catalog/code-target.ts";
const [mine] = all;
const echo = { type: "function", function: "echo", retries: 0 };
const shop = {
  ...mine,
  jobs: { ...mine.jobs, echo, never: echo, sealed: { ...echo, redact: ["/payload/card", "/card"] } },
  functions: { ...mine.functions, echo: code("./echo.ts") },
};
export const products = [shop, { ...shop, tag: "ops", name: "Operations" }];
`;
const echo = `
import { defineFunction } from "../lambdas/code/define-function.ts";
export const echo = defineFunction({
  async run(payload: { fail?: string }) {
    if (payload.fail !== undefined) throw new Error(payload.fail);
    return payload;
  },
});
`;

const local = system({ products, modules: { "echo.ts": echo } });
const open = dashboards(local.url);

const hostile = "<img src=x onerror=alert(1)> \u202egpj.exe";
/** What would turn the line around is shown in its place. */
const shown = String.raw`<img src=x onerror=alert(1)> \u202egpj.exe`;
const good = { customer: "ada", items: [{ sku: "tea", quantity: 2 }], note: "x".repeat(5_000), card: "4111-1111" };
const bad = {
  customer: "ada",
  items: [{ sku: "tea", quantity: 3 }, { sku: "cup" }],
  note: `${"x".repeat(5_000)}y`,
  [hostile]: hostile,
  constructor: "own",
};

const ids: Record<"good" | "bad" | "other" | "sealed" | "sealedToo" | "series" | "first" | "never" | "step", string> = {
  ...{ good: "", bad: "", other: "", sealed: "", sealedToo: "", series: "", first: "", never: "", step: "" },
};

const echoed = (payload: object, more: object = {}) => local.schedule({ event: "echo", input: { payload }, ...more });

beforeAll(async () => {
  // Ended before the next one is made, since the latest to complete is looked for.
  ids.first = (await echoed(good)).job_id;
  await local.ended(ids.first, "completed");
  const completed = {
    good: await echoed(good, { labels: ["pair"] }),
    other: await echoed(bad, { product_tag: "ops", env: "prd" }),
    sealed: await echoed(good, { event: "sealed" }),
    sealedToo: await echoed({ ...good, card: "4222-2222" }, { event: "sealed" }),
  };
  for (const [name, { job_id }] of Object.entries(completed)) {
    await local.ended(job_id, "completed");
    ids[name as keyof typeof ids] = job_id;
  }
  const failed = {
    bad: await echoed({ ...bad, fail: `no such cup ${hostile}` }, { labels: ["pair", hostile], retries: 0 }),
    never: await echoed({ fail: "always" }, { event: "never" }),
  };
  for (const [name, { job_id }] of Object.entries(failed)) {
    await local.ended(job_id, "failed");
    ids[name as keyof typeof ids] = job_id;
  }
  for (const sku of ["tea", "cup"]) {
    const { job_id } = await local.schedule({ event: "place_order", input: { customer: "ada", sku, quantity: 1 } });
    const { steps } = await local.ended(job_id, "completed");
    ids.step = (steps as Record<string, { job_id: string }>)["main.create_order"]?.job_id ?? "";
  }
  const series = await local.schedule({ start_at: undefined, repeat: { cron: "0 2 1 1 *" } });
  for (const [run, answer] of [200, 422].entries()) {
    local.shopAnswers(answer);
    await local.api(`/v1/jobs/${series.job_id}/run-now`, {});
    await until(async () => (await local.api(`/v1/jobs/${series.job_id}`)).run === run + 2);
  }
  ids.series = series.job_id;
}, 120_000);

const facts = (page: Page) => page.getByRole("table", { name: "Facts of both jobs" });
const difference = (page: Page, of: "input" | "result") =>
  page.getByRole("table", { name: `What differs in the ${of}` }).locator("tbody tr");
const side = (page: Page, name: "Left" | "Right") => page.getByRole("region", { name, exact: true });
const texts = (page: Page, of: "input" | "result") => difference(page, of).allTextContents();
const withoutSession = (page: Page) => page.route("**/local/session", (route) => route.fulfill({ status: 404 }));

test("a failed job is compared with the latest that completed, by one click", async () => {
  const { page } = await open(`/jobs/${ids.bad}`);
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await page.waitForURL((url) => url.hash.includes(`left=${ids.good}`) && url.hash.includes(`right=${ids.bad}`));
  await side(page, "Left").getByText("completed").waitFor();
  await side(page, "Right").getByText("failed").waitFor();
  await facts(page)
    .getByRole("row", { name: /^Thrown none Error: no such cup/ })
    .waitFor();
  await difference(page, "input").first().waitFor();
  expect((await texts(page, "input")).map((text) => text.replaceAll(/\s+/g, " "))).toEqual([
    "$.payload.items[0].quantitychanged23",
    '$.payload.items[1]added–{ "sku": "cup" }',
    expect.stringMatching(/^\$\.payload\.notechanged…x+"Show all 5,002 characters…x+y"Show all 5,003 characters$/),
    '$.payload.cardremoved"4111-1111"–',
    `$.payload["${shown}"]added–"${shown}"`,
    '$.payload.constructoradded–"own"',
    `$.payload.failadded–"no such cup ${shown}"`,
  ]);
  await page.getByRole("region", { name: "Result" }).getByText("Only the job at the left has a result.").waitFor();
  await page.goBack();
  await page.getByRole("region", { name: "Why it failed" }).waitFor();
});

test("only what differs is shown of the facts, unless all are asked for", async () => {
  const { page } = await open(`/compare?left=${ids.good}&right=${ids.bad}`);
  const names = () => facts(page).locator("tbody th").allTextContents();
  await facts(page).waitFor();
  expect(await names()).toEqual(expect.arrayContaining(["Status", "Planned", "Error", "Message", "Labels"]));
  expect(await names()).not.toContain("Event");
  await page.getByLabel("Only what differs").uncheck();
  await facts(page).getByRole("row", { name: "Event echo echo" }).waitFor();
  const all = await names();
  expect(all.indexOf("Labels")).toBeLessThan(all.indexOf("Event"));
});

test("jobs of two products are compared, swapped, and lead to their pages", async () => {
  const { page } = await open(`/compare?left=${ids.good}&right=${ids.other}`);
  await facts(page).getByRole("row", { name: "Product and env my-product dev ops prd" }).waitFor();
  await difference(page, "result").first().waitFor();
  expect(await texts(page, "result")).toEqual((await texts(page, "input")).map((text) => text.replace(".payload", "")));
  await page.waitForURL((url) => url.hash.includes("product=my-product&env=dev"));
  await page.getByRole("button", { name: "Swap" }).click();
  await facts(page).getByRole("row", { name: "Product and env ops prd my-product dev" }).waitFor();
  await difference(page, "input").filter({ hasText: "$.payload.cardadded" }).waitFor();
  await page.waitForURL((url) => url.hash.includes("product=ops&env=prd"));
  await side(page, "Right").getByRole("link", { name: "echo" }).click();
  await page.getByRole("heading", { name: "echo", level: 1 }).waitFor();
  expect(page.url()).toContain(`${ids.good}?product=my-product&env=dev`);
});

test("an equal input is the same, and what is redacted is not compared", async () => {
  const { page, go } = await open(`/compare?left=${ids.first}&right=${ids.good}`);
  const input = page.getByRole("region", { name: "Input" });
  await input.getByText("They are the same.").waitFor();
  await page.getByRole("region", { name: "Result" }).getByText("They are the same.").waitFor();
  await go(`/compare?left=${ids.sealed}&right=${ids.sealedToo}`);
  await input.getByText("What is redacted is not compared: /payload/card.").waitFor();
  await input.getByText("They are the same.").waitFor();
  await go(`/compare?left=${ids.sealed}&right=${ids.good}`);
  await difference(page, "input").getByText("redacted", { exact: true }).waitFor();
  expect(await texts(page, "input")).toEqual(['$.payload.cardredacted"[redacted]""4111-1111"']);
});

test("a run of a series is compared with one that completed, and another run can be chosen", async () => {
  const { page } = await open(`/jobs/${ids.series}`);
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await side(page, "Right").getByLabel("Run").waitFor();
  expect(await side(page, "Right").getByLabel("Run").inputValue()).toBe("2");
  expect(await side(page, "Left").getByLabel("Run").inputValue()).toBe("1");
  await facts(page).getByRole("row", { name: "Status completed failed" }).waitFor();
  await side(page, "Right").getByLabel("Run").selectOption("1");
  await page.getByText("Both sides are the same job.").waitFor();
});

test("a step of a feature is compared with the same step of another run", async () => {
  const { page } = await open(`/compare?left=${ids.step}`);
  await page.waitForURL((url) => url.hash.includes("right=job_"));
  await facts(page)
    .getByRole("row", { name: /^Step of/ })
    .waitFor();
  const named = await facts(page)
    .getByRole("row", { name: /^Step of/ })
    .getByRole("link")
    .allTextContents();
  expect(named).toEqual(["main.create_order", "main.create_order"]);
});

test("where no other has completed, it says so and takes the id or the address of one", async () => {
  const { page } = await open(`/jobs/${ids.never}`);
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await side(page, "Left").getByText("No other job of never in my-product dev has completed.").waitFor();
  const field = page.getByLabel("Id of the job at the left");
  await field.fill("job_1");
  await page.getByText("An id is job_ and 32 digits").waitFor();
  await field.fill(`${local.url()}/#/jobs/${ids.good}?env=dev`);
  await page.keyboard.press("Enter");
  await facts(page).getByRole("row", { name: "Event echo never" }).waitFor();
  await side(page, "Left").getByRole("button", { name: "Another job" }).click();
  await field.fill(ids.first);
  await side(page, "Left").getByRole("button", { name: "Compare" }).click();
  await page.waitForURL((url) => url.hash.includes(`left=${ids.first}`));
});

test("a job that is gone is named, and another one can be chosen in its place", async () => {
  const { page, allow } = await open();
  allow(/404/);
  const gone = `job_${"0".repeat(32)}`;
  await page.goto(`${local.url()}/#/compare?left=${ids.good}&right=${gone}`);
  await side(page, "Right").getByText("There is no such job").waitFor();
  expect(await side(page, "Right").textContent()).toContain(gone);
  await page.getByText("The job at the right could not be read. Choose another one above.").waitFor();
  await side(page, "Right").getByRole("button", { name: "Another job" }).click();
  await page.getByLabel("Id of the job at the right").fill(ids.bad);
  await page.keyboard.press("Enter");
  await facts(page).waitFor();
});

test("two that are ticked in the list are compared, the earlier one at the left", async () => {
  const { page } = await open("/jobs?product=my-product&env=dev&label=pair");
  const bar = page.getByRole("region", { name: "Selected jobs" });
  const boxes = page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody").getByRole("checkbox");
  await boxes.nth(1).waitFor();
  await boxes.nth(0).check();
  await bar.getByText("1 job selected").waitFor();
  expect(await bar.getByRole("link", { name: "Compare" }).count()).toBe(0);
  await boxes.nth(1).check();
  await bar.getByRole("link", { name: "Compare" }).click();
  await page.waitForURL((url) => url.hash.includes(`left=${ids.good}&right=${ids.bad}`));
  await facts(page).waitFor();
});

test("inputs and results that are too large are not compared, and can be downloaded", async () => {
  const { page } = await open(`/compare?left=${ids.good}&right=${ids.bad}`, {
    before: async (page) => {
      const large = { job_id: ids.good, input_url: "https://example.com/input" };
      await page.route(`**/${ids.good}/input`, (route) => route.fulfill({ json: large }));
      await page.route(`**/v1/jobs/${ids.bad}`, async (route) => {
        const job = await (await route.fetch()).json();
        await route.fulfill({ json: { ...job, result_bytes: 9_000_000 } });
      });
    },
  });
  const input = page.getByRole("region", { name: "Input" });
  await input.getByText("The input at the left is too large to compare.").waitFor();
  expect(await input.getByRole("link", { name: "Download it" }).getAttribute("href")).toBe("https://example.com/input");
  const result = page.getByRole("region", { name: "Result" });
  await result.getByText("The result at the right is too large to compare. Parts of it are hidden").waitFor();
  expect(await result.getByRole("link").count()).toBe(0);
});

test("the request of a job that hides a part of its input says what to fill in", async () => {
  const { page } = await open(`/jobs/${ids.sealed}`);
  const panel = page.getByRole("region", { name: "In code", exact: true });
  await panel.getByText("Schedule it again").click();
  await panel.getByText("Fill in what is not shown: /payload/card.").waitFor();
  const code = await panel.getByRole("region", { name: /^This job again in code/ }).textContent();
  expect(code).toContain('"card": "[redacted]"');
  expect(code).not.toContain(good.card);
});

test("a key that only reads compares everything but inputs, and asks for none", async () => {
  const key = await local.key("jobs:read");
  const { page, go } = await open("/", { before: withoutSession });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await go(`/jobs/${ids.bad}`);
  const inCode = page.getByRole("region", { name: "In code", exact: true });
  await inCode.getByText("Schedule it again").click();
  await inCode.getByText("Shown to keys with jobs:input").waitFor();
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await facts(page).waitFor();
  await page.getByRole("region", { name: "Input" }).getByText("Shown to keys with jobs:input").waitFor();
  expect(await facts(page).textContent()).not.toContain("no such cup");
  expect(asked.filter((url) => url.endsWith("/input"))).toEqual([]);
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test.each<[name: string, options: BrowserContextOptions]>([
  ["in light", { colorScheme: "light" }],
  ["in dark", { colorScheme: "dark" }],
  ["at 390 px", phone],
])(
  "all facts and hostile texts fit %s, run nothing, and are accessible",
  async (_, options) => {
    const { page } = await open(`/compare?left=${ids.good}&right=${ids.bad}`, { ...options, reducedMotion: "reduce" });
    await difference(page, "input").first().waitFor();
    await page.getByLabel("Only what differs").uncheck();
    await side(page, "Left").getByRole("button", { name: "Another job" }).click();
    await page.getByLabel("Id of the job at the left").waitFor();
    const main = page.locator("main");
    expect(await main.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
    expect(await main.locator("img").count()).toBe(0);
    expect(await main.textContent()).not.toContain("\u202e");
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" | ")}`)).toEqual([]);
  },
  90_000,
);
