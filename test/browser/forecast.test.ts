import { AxeBuilder } from "@axe-core/playwright";
import { beforeAll, expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const hour = 3_600_000;
/** The start of the hour after the next one. */
const noon = Math.ceil(Date.now() / hour) * hour + hour;

/** Ten calls of one customer in the same moment, of which one a second may start after the first two, a series and an order. */
beforeAll(async () => {
  const call = { product_tag: "my-product", env: "prd", event: "call_partner", start_at: noon };
  const jobs = Array.from({ length: 10 }, () => ({ ...call, input: { query: { customer: "ada 🦆 <b>" } } }));
  await local.api("/v1/jobs/batch", { jobs });
  await local.schedule({ env: "prd", start_at: noon, repeat: { every: hour } });
}, 60_000);

test("the forecast shows what is due by the hour, by event, and the line that it makes", async () => {
  const { page } = await open("/forecast?product=my-product&env=prd");
  const byHour = page.getByRole("region", { name: "Due by the hour" });
  await byHour.getByRole("img", { name: /^Starts due in the next 24 hours: 3[0-9]$/ }).waitFor();
  const events = page.getByRole("table").filter({ hasText: "create_order" });
  expect(await events.locator("tbody tr").first().textContent()).toContain("create_order");
  await events.getByText("call_partner").waitFor();
  const line = page
    .getByRole("region", { name: "Lines at limits" })
    .last()
    .locator("tbody tr", { hasText: "ada 🦆 <b>" });
  await line.getByText("7 wait, at most").waitFor();
  expect(await line.locator("td").nth(1).textContent()).toBe("10");
  expect(await line.textContent()).toMatch(/60 starts per minute.*starts per (minute|second)/);
});

test("it is made when it is asked for, for as far as one likes", async () => {
  const asked: string[] = [];
  const { page, go } = await open("/", {
    before: async (one) =>
      void one.on("request", (request) => request.url().includes("/v1/forecast") && asked.push(request.url())),
  });
  await go("/forecast?product=my-product&env=prd&hours=6");
  const byHour = page.getByRole("region", { name: "Due by the hour" });
  await byHour.getByRole("img", { name: /^Starts due in the next 6 hours/ }).waitFor();
  expect(asked.map((url) => new URL(url).searchParams.get("hours"))).toEqual(["6"]);
  await page.getByRole("button", { name: "Forecast anew" }).click();
  await page.waitForFunction(() => document.querySelector("main button[disabled]") === null);
  expect(asked).toHaveLength(2);
  await page.getByRole("button", { name: "12 hours" }).click();
  await byHour.getByRole("img", { name: /^Starts due in the next 12 hours/ }).waitFor();
  expect(page.url()).toContain("hours=12");
  await page.getByRole("button", { name: "7 days" }).click();
  await byHour.getByRole("img", { name: /^Starts due in the next 7 days/ }).waitFor();
  // Each day has its label, and what happens on it its date.
  const days = await byHour.locator(".chart-labels span").allTextContents();
  expect(days.filter((text) => text !== "")).toHaveLength(7);
  expect(days.filter((text) => text !== "").every((text) => /^\d\d-\d\d$/.test(text))).toBe(true);
  const line = page.getByRole("region", { name: "Lines at limits" }).last().locator("tbody tr", { hasText: "ada" });
  expect(await line.textContent()).toMatch(/at \d{4}-\d\d-\d\d/);
  // An address that somebody has changed by hand.
  await go("/forecast?product=my-product&env=prd&hours=9999");
  await byHour.getByRole("img", { name: /^Starts due in the next 24 hours/ }).waitFor();
});

test("what it leaves out is said", async () => {
  const { page } = await open("/forecast?product=my-product&env=prd", {
    before: (one) =>
      one.route("**/v1/forecast?*", async (route) => {
        const answer = await route.fetch();
        const body = (await answer.json()) as { from: number; limits: object[] };
        const pauses = [{ id: "pause_1", scope: "product" }];
        const hot = [0, 1, 2, 3, 4].map((minute) => ({
          ...{ product_tag: "my-product", env: "prd", count: 90_000, further_minutes: 1 },
          at: noon + minute * 60_000,
        }));
        const limits = body.limits.map((limit) => ({
          ...limit,
          left: 4,
          unknown_duration: true,
          lines: [{ from: noon, longest: 8, longest_at: noon }],
        }));
        const more = { is_complete: false, covers_until: noon, examined: 10_000, overdue: 2_000, more_overdue: true };
        await route.fulfill({
          response: answer,
          json: { ...body, ...more, pauses, hot_minutes: hot, limits, more_limits: 7 },
        });
      }),
  });
  const main = page.getByRole("main");
  await main.getByText("Only 10,000 jobs were read: nothing that is due after").waitFor();
  await main.getByText("90,000 jobs are due in the minute of").nth(2).waitFor();
  await main.getByText("So it is with 2 more minutes.").waitFor();
  await main.getByText("2,000 jobs are due already").waitFor();
  await main.getByText("not by then: 4 wait still").first().waitFor();
  await main.getByText("slots left out: nothing that passes it was measured").first().waitFor();
  await main.getByText("7 more with shorter lines are left out.").waitFor();
  await main.getByRole("link", { name: "see what is paused" }).click();
  await page.getByRole("heading", { name: "Limits and pauses", level: 1 }).waitFor();
});

test("nothing due and an API that is away have their words", async () => {
  const { page, go, allow } = await open("/forecast?product=my-product&env=dev");
  await page.getByText("Nothing is due in the next 24 hours").waitFor();
  const problem = { code: "UNAVAILABLE", detail: "Try again.", status: 503, title: "Unavailable" };
  allow(/503/);
  await page.route("**/v1/forecast?*", (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }),
  );
  await go("/forecast?product=my-product&env=prd");
  await page.getByRole("alert").getByText("Try again.").waitFor();
});

test.each(["light", "dark"] as const)("it is accessible in %s, and fits 390 px", async (colorScheme) => {
  for (const viewport of [
    { width: 1360, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const { page } = await open("/forecast?product=my-product&env=prd", {
      colorScheme,
      viewport,
      reducedMotion: "reduce",
    });
    await page.getByText("7 wait, at most").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(" | ")}`)).toEqual([]);
    if (process.env.PICTURES)
      await page.screenshot({ path: `${process.env.PICTURES}/forecast-${colorScheme}-${viewport.width}.png` });
  }
});
