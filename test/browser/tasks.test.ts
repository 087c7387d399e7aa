import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

/** Two products, one with a name that is markup and turns its line around; orders are found by their number. */
const catalog = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
const search = { order: "$Input{body}{order}" };
const jobs = { ...mine.jobs, create_order: { ...mine.jobs.create_order, search } };
const name = "<img src=x onerror=alert(1)> \\u202eOperations";
export const products = [{ ...mine, jobs }, { ...mine, tag: "ops", name }];
`;

const local = system({ products: catalog });
const open = dashboards(local.url);

const tenant = "product=my-product&env=dev";
const day = 86_400_000;
const hostile = '"><script>alert(1)</script>\u202e\uffff\u{1F986}';
const total = 10_000;
const perBatch = 100;

let failed = "";
let completed = "";
beforeAll(async () => {
  const job = { product_tag: "my-product", env: "dev", event: "create_order" };
  const start = Date.now() + 3 * day;
  for (let first = 0; first < total; first += perBatch) {
    const jobs = Array.from({ length: perBatch }, (_, i) => ({ ...job, input: {}, start_at: start + first + i }));
    await local.api("/v1/jobs/batch", { jobs });
  }
  const big = { body: { order: "A-17", note: `${hostile} ${"x".repeat(150_000)}` } };
  completed = (await local.schedule({ labels: ["campaign"], input: big })).job_id;
  await local.ended(completed, "completed");
  local.shopAnswers(422);
  const orders = Array.from({ length: 3 }, (_, i) => ({ body: { order: `B-${i} ${hostile}` } }));
  const made = await Promise.all(orders.map((input) => local.schedule({ input, labels: [hostile] })));
  await Promise.all(made.map(({ job_id }) => local.ended(job_id, "failed")));
  failed = made[0]?.job_id ?? "";
  local.shopAnswers(200);
  await until(async () => {
    const { errors } = await local.api("/v1/errors?product_tag=my-product&env=dev");
    return (errors as { count: number }[])[0]?.count === 3;
  });
}, 400_000);

/** The steps that the page of the documentation promises for each task. */
const promised = new Map(
  readFileSync(new URL("../../docs/operations/on-call.md", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    // The table of tasks has three columns, and the page has another table.
    .flatMap((cells) => (cells.length === 5 ? [[cells[1] ?? "", Number(cells[3])] as const] : []))
    .filter(([, steps]) => !Number.isNaN(steps)),
);
const done = new Set<string>();

/** Counts each click, choice, text and key of a person. */
function operator(page: Page) {
  let steps = 0;
  const counted =
    <Args extends unknown[]>(act: (...args: Args) => Promise<unknown>) =>
    async (...args: Args) => {
      steps++;
      await act(...args);
    };
  const main = page.getByRole("main");
  return {
    page,
    main,
    dialog: page.getByRole("dialog"),
    click: counted((where: Locator) => where.click()),
    button: counted((name: string | RegExp) => main.getByRole("button", { name, exact: true }).first().click()),
    confirm: counted((name: string | RegExp) => page.getByRole("dialog").getByRole("button", { name }).click()),
    goTo: counted((name: string) =>
      page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click(),
    ),
    write: counted((field: string | RegExp, text: string) => page.getByLabel(field).fill(text)),
    choose: counted((field: string, option: string) => page.getByLabel(field).selectOption(option)),
    press: counted((key: string) => page.keyboard.press(key)),
    steps: () => steps,
  };
}
type Operator = ReturnType<typeof operator>;

/** A task, from the overview or from the page of a job, and the steps that it takes. */
function task(name: string, act: (one: Operator) => Promise<void>, from: () => string = () => "/"): void {
  done.add(name);
  test(name, async () => {
    const path = from();
    const { page } = await open(`${path}${path.includes("?") ? "&" : "?"}${tenant}`, { timezoneId: "Asia/Kolkata" });
    await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
    await page.waitForFunction(() => document.querySelector("[aria-busy='true'], .skeleton") === null);
    const one = operator(page);
    await act(one);
    expect(one.steps()).toBe(promised.get(name));
  }, 120_000);
}

const failedJob = () => `/jobs/${failed}`;
const region = ({ page }: Operator, name: string | RegExp) => page.getByRole("region", { name });

task("know why a job failed, and what the provider said", async (one) => {
  await one.click(region(one, "What failed").getByRole("link", { name: /create_order/ }));
  await region(one, "Why it failed").getByText("422").first().waitFor();
  await one.page.getByText("The provider answered").first().waitFor();
});

task("see runs and failures over a week", async (one) => {
  await one.button("7 days");
  await region(one, "Throughput")
    .getByRole("link", { name: /1 completed, 3 failed/ })
    .waitFor();
});

task("see how late jobs started over a week, and which", async (one) => {
  await one.button("7 days");
  await one.click(region(one, "Lateness over time").getByRole("link"));
  await one.page.locator(`a[href*="${completed}"]`).first().waitFor();
});

task("see times in UTC", async (one) => {
  await one.click(one.page.getByRole("button", { name: "UTC", exact: true }));
  await region(one, "Throughput")
    .getByRole("link", { name: /UTC: \d+ completed/ })
    .first()
    .waitFor();
});

task(
  "know who requested a job",
  async (one) => {
    await one.main.getByText("the key of the deployment").first().waitFor();
  },
  failedJob,
);

task(
  "read a large input or result",
  async (one) => {
    const input = one.page.getByRole("region", { name: "Input", exact: true }).first();
    await input.getByRole("button", { name: /^Show all/ }).waitFor();
    const text = (await input.textContent()) ?? "";
    expect(text).toContain("<script>alert(1)</script>");
    expect(text).not.toContain("\u202e");
    expect(text.length).toBeLessThan(10_000);
  },
  () => `/jobs/${completed}`,
);

task("watch a workflow", async (one) => {
  const release = local.holdShop();
  const input = { customer: "ada", sku: "duck", quantity: 1 };
  const { job_id } = await local.schedule({ event: "place_order", input });
  await one.page.evaluate((id) => location.assign(`#/jobs/${id}`), job_id);
  await one.page.getByText("1 of 3 done").waitFor({ timeout: 60_000 });
  release();
  await one.page.getByText("3 of 3 done").waitFor({ timeout: 60_000 });
});

task("send a link to what you see", async (one) => {
  const path = `/jobs?${tenant}&status=failed&from=${Date.now() - day}`;
  await one.page.evaluate((to) => location.assign(`#${to}`), path);
  await one.page.getByText("End of the list").waitFor();
  const shown = async (page: Page) => page.locator("section[aria-label='Jobs'] tbody tr").count();
  const other = await open(`/jobs?${one.page.url().split("?")[1]}`);
  await other.page.getByText("End of the list").waitFor();
  expect(await shown(other.page)).toBe(3);
  expect(await shown(one.page)).toBe(3);
});

task("keep to a product from page to page", async (one) => {
  for (const name of ["Jobs", "Series", "Incidents", "Errors", "Forecast", "Limits and pauses", "Audit"]) {
    await one.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();
    await one.page.getByRole("heading", { name, level: 1 }).waitFor();
    expect([name, one.page.url().includes(tenant)]).toEqual([name, true]);
  }
});

task("find a job by a value of its input, or by its key", async (one) => {
  await until(async () => {
    const { found } = (await local.api("/v1/find", { q: "A-17" })) as unknown as { found: unknown[] };
    return found.length === 1;
  }, 60_000);
  await one.press("/");
  await one.dialog.getByRole("combobox", { name: "Id, key or value" }).waitFor();
  await one.write("Id, key or value", "A-17");
  await one.press("Enter");
  await one.dialog.getByRole("listbox", { name: "What was found" }).getByRole("option").first().waitFor();
  await one.press("Enter");
  await one.page.waitForURL((url) => url.hash.includes(completed));
});

task("find jobs by a label", async (one) => {
  await one.goTo("Jobs");
  await one.write("Label, or the id of a job", hostile);
  await one.press("Enter");
  await one.page.getByText("End of the list").waitFor({ timeout: 60_000 });
  expect(await one.page.locator("section[aria-label='Jobs'] tbody tr").count()).toBe(3);
});

task(
  "take back a filter",
  async (one) => {
    await one.button("Clear");
    await one.page.waitForURL((url) => !url.hash.includes("status="));
  },
  () => "/jobs?status=failed",
);

task("know the keys", async (one) => {
  await one.press("?");
  await one.dialog.getByText("Show these shortcuts").waitFor();
});

task("see what is due, hour by hour", async (one) => {
  await one.goTo("Forecast");
  await region(one, "Due by the hour").waitFor();
});

task("know who has changed what", async (one) => {
  await local.api(`/v1/jobs/${failed}/retry`, {});
  await one.goTo("Audit");
  await one.page.getByLabel("Changes", { exact: true }).getByRole("row").nth(1).waitFor();
});

task(
  "compare it with the last one that went well",
  async (one) => {
    await one.click(one.main.getByRole("link", { name: "Compare" }).first());
    await one.page.getByRole("heading", { name: "Compare", level: 1 }).waitFor();
    await one.main.getByText("body.order").first().waitFor();
  },
  failedJob,
);

task(
  "have the request as curl, SDK or command",
  async (one) => {
    await one.click(region(one, "In code").getByText("Schedule it again"));
    await region(one, "In code").getByText("/v1/jobs").first().waitFor();
  },
  failedJob,
);

task(
  "change the input of a job and run it again",
  async (one) => {
    await one.click(one.main.getByRole("link", { name: "Again" }));
    await one.page.getByRole("button", { name: "Schedule job" }).waitFor();
    await one.write("Retries", "1");
    await one.click(one.page.getByRole("button", { name: "Schedule job" }));
    await one.page.waitForURL((url) => /#\/jobs\/job_/.test(url.hash) && !url.hash.includes(failed));
  },
  failedJob,
);

task("take a list along, as CSV or JSON Lines", async (one) => {
  await one.goTo("Jobs");
  await one.button("failed");
  await one.click(one.main.getByText("Download", { exact: true }));
  const [download] = await Promise.all([
    one.page.waitForEvent("download"),
    one.click(one.page.getByRole("button", { name: /^CSV/ })),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
});

task("retry what fails for one cause", async (one) => {
  await one.goTo("Errors");
  await one.click(one.main.getByRole("button", { name: /^Retry all/ }).first());
  await one.confirm(/^Retry \d+ jobs?$/);
  await one.page.getByText(/jobs? retried/).waitFor();
});

task("retry what failed within the last hour", async (one) => {
  local.shopAnswers(422);
  const { job_id } = await local.schedule();
  await local.ended(job_id, "failed");
  local.shopAnswers(200);
  await one.goTo("Jobs");
  await one.button("failed");
  await one.choose("Time", "last-1h");
  await one.button("All that match");
  await one.write("Reason", "the shop is back");
  await one.confirm("Count the jobs");
  await one.confirm(/^Retry \d+ jobs?$/);
  await local.ended(job_id, "completed");
});

task("cancel a series", async (one) => {
  const { job_id } = await local.schedule({ start_at: undefined, repeat: { cron: "0 2 1 1 *" } });
  await one.goTo("Series");
  const card = one.page.getByRole("article", { name: "create_order" });
  await one.click(card.getByRole("button", { name: "Cancel the series" }));
  await one.confirm(/^Cancel the series$/);
  await local.ended(job_id, "cancelled");
});

task("see what a webhook was sent, and its answer, and resend it", async (one) => {
  await one.goTo("Deliveries");
  await one.button("Sent");
  await one.click(one.page.getByRole("region", { name: "Sent", exact: true }).locator("tbody tr a").first());
  await one.page.getByRole("region", { name: "Last answer of the receiver" }).first().waitFor();
  await one.button("Resend");
  await one.confirm("Send it again");
  await one.page.getByText("is sent again in a moment").waitFor();
});

task("raise a limit for an hour", async (one) => {
  await one.goTo("Limits and pauses");
  const limit = one.page.getByRole("region", { name: "partner", exact: true });
  await one.click(limit.getByRole("button", { name: "Pin other numbers" }));
  await one.write("At a time", "9");
  await one.write(/^Reason/, "the partner can take more");
  await one.confirm("Pin");
  await limit.getByText("9 at a time").first().waitFor();
  await limit.getByRole("button", { name: "Unpin" }).click();
});

task("see who waits for which limit", async (one) => {
  const release = local.holdShop();
  const calls = Array.from({ length: 4 }, (_, i) => ({
    product_tag: "my-product",
    env: "dev",
    event: "call_partner",
    input: { query: { customer: `customer ${i}` } },
  }));
  await local.api("/v1/jobs/batch", { jobs: calls });
  await one.goTo("Limits and pauses");
  await one.page.getByRole("region", { name: "partner", exact: true }).getByText("2 of 2").waitFor();
  release();
});

task("pause one customer", async (one) => {
  const call = { product_tag: "my-product", env: "dev", event: "call_partner", input: { query: { customer: "ada" } } };
  await local.api("/v1/jobs/batch", { jobs: Array(40).fill(call) });
  await one.goTo("Limits and pauses");
  const limit = one.page.getByRole("region", { name: "customer", exact: true });
  await one.click(limit.getByRole("button", { name: "Pause this key" }).first());
  await one.write("Reason", "asked us to stop");
  await one.confirm(/^Pause key/);
  await region(one, "What is paused").waitFor();
  await one.page.getByRole("button", { name: "End the pause" }).click();
  await one.page.getByRole("dialog").getByRole("button", { name: "End the pause" }).click();
  await one.page.getByText("starting again").waitFor();
});

task("pause a whole product and env", async (one) => {
  await one.goTo("Limits and pauses");
  await one.button("Pause");
  await one.write("Reason", "the shop moves");
  await one.confirm("Pause every event");
  await region(one, "What is paused").getByText("the shop moves").waitFor();
});

test("each task of the page is done here, and each of here is on the page", () => {
  expect([...done].sort()).toEqual([...promised.keys()].sort());
  expect(done.size).toBe(27);
});
