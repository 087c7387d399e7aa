import { expect, test } from "@jest/globals";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const yearly = { cron: "0 2 1 1 *", tz: "Europe/Berlin" };
const series = (more: object = {}) => local.schedule({ start_at: undefined, repeat: yearly, ...more });

test("a series is scheduled from the form, which shows its next runs", async () => {
  const { page, go } = await open("/new?event=create_order&env=dev");
  await page.getByRole("button", { name: "Cron", exact: true }).click();
  await page.getByLabel("Cron expression").fill("30 2 * * 0");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page
    .getByText(/At 0?2:30.*Sunday/i)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Schedule job" }).click();
  await page.waitForURL(/#\/jobs\/job_/);
  await go("/series?env=dev");
  const card = page.getByRole("article", { name: "create_order" });
  await card.getByText(/At 0?2:30.*Sunday/i).waitFor();
  await card.locator("summary").click();
  // The list is drawn once the browser says that it was opened, which may be a moment later.
  await card.getByRole("listitem").nth(9).waitFor();
  expect(await card.getByRole("listitem").count()).toBe(10);
});

test("a series is run now, skips a run, is paused and resumed", async () => {
  const { job_id } = await series({ env: "prd" });
  const { page } = await open("/series?env=prd");
  const card = page.getByRole("article", { name: "create_order" });
  const before = (await local.api(`/v1/jobs/${job_id}`)).due_at;
  await card.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run now" }).click();
  await card.getByText(/100.*of 1 good/).waitFor();
  await card.getByRole("button", { name: "Skip next" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Skip next" }).click();
  await page.getByText("create_order: the next run is skipped").waitFor();
  const year = (at: number) => new Date(at).getUTCFullYear();
  expect(year((await local.api(`/v1/jobs/${job_id}`)).due_at)).toBe(year(before) + 1);
  await card.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await card.getByText("paused", { exact: true }).waitFor();
  expect((await local.api(`/v1/jobs/${job_id}`)).status).toBe("paused");
  await card.getByRole("button", { name: "Resume" }).click();
  await card.getByText("scheduled", { exact: true }).waitFor();
});

test("a series is cancelled, which is asked for by that name", async () => {
  const { job_id } = await series({
    env: "prd",
    event: "place_order",
    input: { customer: "ada", sku: "tea", quantity: 2 },
  });
  const { page } = await open("/series?env=prd");
  const card = page.getByRole("article", { name: "place_order" });
  await card.getByRole("button", { name: "Cancel the series" }).click();
  await page.getByRole("dialog").getByText("This cannot be undone.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the series" }).click();
  await page.getByText("place_order: cancelled").waitFor();
  expect((await local.api(`/v1/jobs/${job_id}`)).status).toBe("cancelled");
});

test("a question that is asked right after another one stays open", async () => {
  await series({ env: "prd" });
  const { page } = await open("/series?env=prd");
  const card = page.getByRole("article", { name: "create_order" }).first();
  await card.getByRole("button", { name: "Skip next" }).click();
  await page.getByRole("dialog").waitFor();
  // Before the browser tells the page that the first dialog was closed.
  await page.evaluate(() => {
    const watch = new MutationObserver(() => {
      if (document.querySelector("dialog")) return;
      watch.disconnect();
      [...document.querySelectorAll<HTMLElement>("article button")].find((one) => one.textContent === "Pause")?.click();
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole("dialog").getByRole("button", { name: "Keep as it is" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await page.getByText("create_order: paused").waitFor();
});

test("the page of a series shows its runs as bars, each with its attempts", async () => {
  const { job_id } = await series();
  for (const [run, answer] of [200, 422, 200].entries()) {
    local.shopAnswers(answer);
    await local.api(`/v1/jobs/${job_id}/run-now`, {});
    await until(async () => (await local.api(`/v1/jobs/${job_id}`)).run === run + 2);
  }
  const { page } = await open(`/jobs/${job_id}`);
  await page.getByRole("button", { name: /^Run 1: completed/ }).waitFor();
  await page.getByRole("button", { name: /^Run 2: failed/ }).click();
  const attempts = page.getByRole("region", { name: "Attempts of run 2" });
  await attempts.getByRole("article", { name: "Attempt 1" }).getByText("not retried").waitFor();
});
