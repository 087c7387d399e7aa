import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const idIn = (url: string) => /job_[0-9a-f]{32}/.exec(url)?.[0] ?? "";

test("a job is scheduled from the form, and its page shows it finish", async () => {
  const { page } = await open("/new?event=create_order&env=dev");
  await page.getByRole("button", { name: "JSON", exact: true }).waitFor();
  await page.getByText("What it will do").waitFor();
  await page.getByRole("button", { name: "Schedule job" }).click();
  await page.waitForURL(/#\/jobs\/job_/);
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
  await page.locator("main").getByText("completed").first().waitFor();
  await page.getByRole("article", { name: "Attempt 1" }).waitFor();
  await local.ended(idIn(page.url()), "completed");
});

test("a start in the form is in the zone that the form names", async () => {
  const { page } = await open("/new?event=create_order&env=dev");
  await page.getByRole("button", { name: "At a time" }).click();
  await page.getByLabel("Start").fill("2027-07-01T09:30:00");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Schedule job" }).click();
  await page.waitForURL(/#\/jobs\/job_/);
  const id = idIn(page.url());
  expect((await local.api(`/v1/jobs/${id}`)).due_at).toBe(Date.UTC(2027, 6, 1, 7, 30));
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByLabel("Reason, shown with the job").fill("no longer wanted");
  await page.getByRole("button", { name: "Cancel this job" }).click();
  await page.getByText("no longer wanted").first().waitFor();
  await local.ended(id, "cancelled");
});

test("a failed job says why and what to do, and succeeds after a retry", async () => {
  local.shopAnswers(422);
  const { job_id } = await local.schedule();
  await local.ended(job_id, "failed");
  const { page } = await open(`/jobs/${job_id}`);
  const why = page.getByRole("region", { name: "Why it failed" });
  await why.getByText("not retried").waitFor();
  expect(await why.locator(".failure-code").textContent()).toMatch(/^[A-Z_]+$/);
  local.shopAnswers(200);
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByRole("button", { name: "Retry this job" }).click();
  await page.getByRole("article", { name: "Attempt 2" }).getByText("completed").waitFor();
  await why.waitFor({ state: "detached" });
});

test("a job's page shows automatic retries with their times", async () => {
  local.shopAnswers(503);
  const retry_config = { initial_delay: 1000, jitter: false };
  const { job_id } = await local.schedule({ retries: 1, retry_config });
  const { page } = await open(`/jobs/${job_id}`);
  await page.getByRole("article", { name: "Attempt 1" }).getByText("another attempt may succeed").waitFor();
  await page.getByRole("article", { name: "Attempt 2" }).getByText("failed").waitFor();
  local.shopAnswers(200);
});

test("a job is rescheduled, run now and deleted from its page", async () => {
  const { job_id } = await local.schedule({ start_at: Date.now() + 86_400_000 });
  const { page } = await open(`/jobs/${job_id}`, { timezoneId: "America/New_York" });
  await page.getByRole("button", { name: "Reschedule" }).click();
  await page.getByLabel("Start, in America/New_York").fill("2027-01-02T03:04:05");
  await page.getByRole("button", { name: "Move the job" }).click();
  await page.getByText("Rescheduled: create_order").waitFor();
  expect((await local.api(`/v1/jobs/${job_id}`)).due_at).toBe(Date.UTC(2027, 0, 2, 8, 4, 5));
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("button", { name: "Run now this job" }).click();
  await page.getByRole("article", { name: "Attempt 1" }).getByText("completed").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete this job" }).click();
  await page.waitForURL(/#\/jobs\?product=my-product&env=dev$/);
  expect(await local.api(`/v1/jobs/${job_id}`)).toMatchObject({ status: 404 });
});

test("a job's request can be changed and sent again", async () => {
  const input = { params: { customer: "ada 🦆" }, body: { exact: 1 } };
  const { job_id } = await local.schedule({ input, labels: ["vip"], retries: 2 });
  await local.ended(job_id, "completed");
  const { page } = await open(`/jobs/${job_id}`);
  await page.getByRole("link", { name: "Again" }).click();
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByText("ada 🦆").first().waitFor();
  await page.getByRole("textbox", { name: "Retries" }).fill("4");
  await page.getByRole("button", { name: "Schedule job" }).click();
  await page.waitForURL((url) => /#\/jobs\/job_/.test(url.hash) && !url.hash.includes(job_id));
  const again = await local.api(`/v1/jobs/${idIn(page.url())}`);
  expect(again).toMatchObject({ event: "create_order", labels: ["vip"], retries: 4 });
});

test("a job's request is shown as code once that is opened, and its input is asked for only then", async () => {
  const input = { params: { customer: "it's ada" }, body: { sku: "tea" } };
  const { job_id } = await local.schedule({ input, labels: ["vip"], retries: 2 });
  await local.ended(job_id, "completed");
  const { page } = await open(`/jobs/${job_id}`);
  const panel = page.getByRole("region", { name: "In code", exact: true });
  const code = panel.getByRole("region", { name: /^This job again in code/ });
  await panel.getByText("Schedule it again").waitFor();
  expect(await code.count()).toBe(0);
  await panel.getByText("Schedule it again").click();
  await code.getByText(`curl -s ${local.url()}/v1/jobs`).waitFor();
  expect(await code.textContent()).toContain(String.raw`"customer": "it'\''s ada"`);
  await panel.getByRole("button", { name: "CLI" }).click();
  await code.getByText("npx ductape-jobs schedule create_order").waitFor();
  expect(await code.textContent()).toContain("--retries 2");
  expect(await code.textContent()).toContain("--label vip");
});

test("the draft shows what the API would refuse, and does not send it", async () => {
  const { page } = await open("/new?event=create_order&env=dev");
  await page.getByRole("textbox", { name: "Retries" }).fill("1000");
  await page.getByText("The API would refuse this:").waitFor();
  await page.getByText("/retries", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Schedule job" }).isDisabled()).toBe(true);
});

test("the page of an unknown job says that there is no such job", async () => {
  const { page, allow } = await open();
  allow(/404/);
  await page.goto(`${local.url()}/#/jobs/job_${"0".repeat(32)}`);
  await page.getByRole("heading", { name: "No such job" }).waitFor();
  await page.goto(`${local.url()}/#/nowhere`);
  await page.getByRole("heading", { name: "No such page" }).waitFor();
});

test("a job that waits for another attempt shows its plan and its first start", async () => {
  local.shopAnswers(503);
  const retry_config = { initial_delay: 600_000, jitter: false };
  const { job_id, scheduled_at } = await local.schedule({ retries: 3, retry_config, labels: ["retried"] });
  const waits = await until(async () => {
    const job = await local.api(`/v1/jobs/${job_id}`);
    return job.attempt === 2 && job;
  }, 30_000);
  local.shopAnswers(200);
  expect(waits.due_at).toBeGreaterThan(Number(scheduled_at) + 300_000);
  const { page, go } = await open(`/jobs/${job_id}`);
  await page.getByText("retrying 2/4").first().waitFor();
  const moments = page.locator(".moment");
  const times = await Promise.all([0, 1].map((n) => moments.nth(n).locator(".time").getAttribute("datetime")));
  expect(times).toEqual([scheduled_at, waits.first_started_at].map((at) => new Date(Number(at)).toISOString()));
  await moments
    .nth(2)
    .getByText(/waits for retry 1/)
    .waitFor();
  await go("/jobs?label=retried");
  const row = page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody tr");
  await row.getByText("retrying 2/4").waitFor();
  expect(await row.locator(".time").first().getAttribute("datetime")).toBe(times[0]);
});

test("a long text in an input scrolls in its own box and hides no characters", async () => {
  const input = { body: { file: "photo\u202egpj.exe", text: "x".repeat(150_000) } };
  const { job_id } = await local.schedule({ input, start_at: Date.now() + 86_400_000 });
  const { page } = await open(`/jobs/${job_id}`);
  const tree = page.getByRole("region", { name: "Input, as JSON" });
  await tree.getByText('"photo\\u202egpj.exe"').waitFor();
  const heights = () =>
    tree.evaluate((box) => [box.clientHeight, document.querySelector("main")?.scrollHeight ?? 0] as const);
  const [, before] = await heights();
  await tree.getByRole("button", { name: "Show all 150,002 characters" }).click();
  await page.waitForFunction(() => (document.querySelector(".json-tree")?.textContent?.length ?? 0) > 150_000);
  const [box, page_] = await heights();
  expect(box).toBeLessThanOrEqual(520);
  expect(page_ - before).toBeLessThan(520);
});

test("a large input is searched by names and values, and downloaded whole", async () => {
  const items = Array.from({ length: 300 }, (_, i) => ({
    sku: `S-${i}`,
    note: i === 250 ? "the last Duck \u{1F986}" : "",
  }));
  const input = { body: { items, "unit price": 5 } };
  const { job_id } = await local.schedule({ input, start_at: Date.now() + 86_400_000 });
  const { page } = await open(`/jobs/${job_id}`);
  const tree = page.getByRole("region", { name: "Input, as JSON" });
  const search = page.getByRole("searchbox", { name: "Search Input" });
  // Neither is in sight without it: of a list a hundred entries are shown at first.
  await search.fill("duck");
  await tree.getByText("1 place").waitFor();
  await tree.getByText("$.body.items[250].note").waitFor();
  await search.fill("unit");
  await tree.getByText('$.body["unit price"]').waitFor();
  await search.fill("sku");
  await tree.getByText("The first 100 places").waitFor();
  await search.fill("goose");
  await tree.getByText("Nowhere").waitFor();
  await search.fill("");
  await tree.getByText("[300 items]").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^\d+ KB$/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("input.json");
  expect(JSON.parse(readFileSync(await download.path(), "utf8"))).toEqual(input);
});

test("a debounced job and a unique job say so", async () => {
  const later = { start_at: undefined, debounce: { key: "cart-42", delay: "1h" } };
  await local.schedule(later);
  const debounced = await local.schedule({ ...later, labels: ["shared"] });
  const unique = { start_at: Date.now() + 3_600_000, unique: { key: "report-ada" }, labels: ["shared"] };
  const only = await local.schedule(unique);
  const { page, go } = await open(`/jobs/${debounced.job_id}`);
  const fact = (name: string) => page.locator(".fact").filter({ hasText: name });
  await fact("Debounced")
    .getByText(/cart-42.*2 requests/)
    .waitFor();
  await go(`/jobs/${only.job_id}`);
  await fact("Unique").getByText("report-ada").waitFor();
  await go("/jobs?label=shared");
  const rows = page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody tr");
  await rows.getByText("debounced").waitFor();
  await rows.getByText("unique").waitFor();
});
