import { beforeAll, expect, test } from "@jest/globals";
import type { Page, Request } from "playwright-core";
import { until } from "../support/local/until.ts";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

/** A catalog whose orders are found by values: one for who sees inputs, one for all who read, and one that stands in no address. */
const searched = `
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
const search = {
  order: "$Input{body}{order}",
  region: { value: "$Input{body}{region}", public: true },
  email: { value: "$Input{body}{email}", sealed: true },
};
const jobs = { ...mine.jobs, create_order: { ...mine.jobs.create_order, search } };
export const products = [{ ...mine, jobs }];
`;

const local = system({ products: searched });
const open = dashboards(local.url);
const tenant = "product=my-product&env=dev";

const order = "A-17";
const email = "ada@example.com";
/** What would change the text around it, is no character, or is read as HTML, in 256 characters. */
const hostile = "<img src=x onerror=alert(1)>\u202e\uffff\u{1F986}مرحبا".padEnd(256, "x");

const orderOf = (body: object, more: object = {}) => local.schedule({ input: { body }, ...more });
interface Listed {
  found: { job: { job_id: string } }[];
}
const finds = (q: string, { count = 1, ...more }: { count?: number; status?: "failed" } = {}) =>
  until(async () => {
    const { found } = (await local.api("/v1/find", { q, ...more })) as unknown as Listed;
    return found.length === count;
  }, 60_000);

let id = "";
let failed = "";
beforeAll(async () => {
  id = (await orderOf({ order, region: "eu", email }, { idempotency_key: "first-of-all" })).job_id;
  await local.ended(id, "completed");
  local.shopAnswers(422);
  failed = (await orderOf({ order, region: "us" })).job_id;
  await local.ended(failed, "failed");
  local.shopAnswers(200);
  await orderOf({ order: hostile }, { start_at: Date.now() + 86_400_000 });
  // What was requested is found some seconds later.
  await finds(order, { count: 2 });
  await finds(order, { status: "failed" });
  await finds(hostile);
  await finds(email);
}, 180_000);

const box = (page: Page) => page.getByRole("dialog", { name: "Find a job" });
const field = (page: Page) => box(page).getByRole("combobox", { name: "Id, key or value" });
const options = (page: Page) => box(page).getByRole("listbox", { name: "What was found" }).getByRole("option");

/** Everything that the page asks for, with what it sends. */
function watchRequests(page: Page): Request[] {
  const asked: Request[] = [];
  page.on("request", (request) => asked.push(request));
  return asked;
}
const searches = (asked: readonly Request[]) => asked.filter((one) => new URL(one.url()).pathname === "/v1/find");

/** Whether there is a page that takes keys: before that there is a sign of its opening only. */
const opened = (page: Page) => page.getByRole("button", { name: "Find a job" }).waitFor();

async function findBy(page: Page, text: string) {
  await opened(page);
  await page.keyboard.press("Control+k");
  await field(page).fill(text);
  await page.keyboard.press("Enter");
}

test("a job is found from the keyboard alone by its value, on every page, and opened", async () => {
  const { page } = await open(`/audit?${tenant}`);
  const asked = watchRequests(page);
  await opened(page);
  await page.keyboard.press("/");
  await field(page).waitFor();
  await page.keyboard.type(order);
  // Letters ask for nothing.
  expect(searches(asked)).toEqual([]);
  await page.keyboard.press("Enter");
  await options(page).nth(1).waitFor();
  expect(searches(asked).map((one) => one.method())).toEqual(["POST"]);
  expect(await field(page).getAttribute("aria-expanded")).toBe("true");
  const first = (await options(page).first().textContent()) ?? "";
  for (const part of ["create_order", "failed", "my-product dev", "by order", "ago"]) expect(first).toContain(part);
  const chosen = async () => {
    const active = (await field(page).getAttribute("aria-activedescendant")) ?? "";
    return page.locator(`[id="${active}"]`).textContent();
  };
  expect(await chosen()).toBe(first);
  await page.keyboard.press("ArrowDown");
  expect(await chosen()).toContain("completed");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
  expect(new URL(page.url()).hash).toContain(`/jobs/${id}`);
  await box(page).waitFor({ state: "detached" });
});

test("a pasted id is looked for by itself, and a key of a request says that it is one", async () => {
  const { page } = await open(`/?${tenant}`);
  await page.getByRole("button", { name: "Find a job" }).click();
  await field(page).fill(` ${id} `);
  await options(page).first().getByText("job id").waitFor();
  await field(page).fill("first-of-all");
  await box(page).getByText("Enter finds it.").waitFor();
  await box(page).getByRole("button", { name: "Find", exact: true }).click();
  await options(page).first().getByText("idempotency key").waitFor();
  await page.keyboard.press("Escape");
  await box(page).waitFor({ state: "detached" });
  // What was found is there again, and nothing of it once the question is another.
  await page.keyboard.press("Control+k");
  await options(page).first().getByText("idempotency key").waitFor();
  await page.keyboard.type("x");
  await options(page).first().waitFor({ state: "detached" });
});

test("only those that have failed are found where that is asked for", async () => {
  const { page } = await open(`/?${tenant}`);
  await findBy(page, order);
  await box(page).getByText("2 jobs", { exact: true }).waitFor();
  await box(page).getByLabel("Failed only").check();
  await box(page).getByText("1 job", { exact: true }).waitFor();
  await options(page).first().getByText("failed").waitFor();
});

test("a value leads to the list of all jobs with it", async () => {
  const { page } = await open(`/?${tenant}`);
  await findBy(page, order);
  await options(page).filter({ hasText: "All jobs with" }).click();
  await page.getByRole("heading", { name: "Jobs", level: 1 }).waitFor();
  const rows = page.getByRole("region", { name: "Jobs", exact: true }).locator("tbody tr");
  await rows.nth(1).waitFor();
  expect(await rows.count()).toBe(2);
  const values = page.getByRole("list", { name: "Values that the jobs have" });
  await values.getByText(order).waitFor();
  await page.getByRole("button", { name: "Any order" }).click();
  await rows.nth(2).waitFor();
});

test("all jobs with a value are changed by an operation, and no others", async () => {
  const start_at = Date.now() + 86_400_000;
  const jobs = await Promise.all(["W&1", "W&1", "W&2"].map((one) => orderOf({ order: one }, { start_at })));
  await finds("W&1", { count: 2 });
  await finds("W&2");
  const { page } = await open(`/jobs?${tenant}&where=${encodeURIComponent("order=W%261")}`);
  await page.getByRole("button", { name: "All that match" }).click();
  const dialog = page.getByRole("dialog", { name: "Change all jobs that match" });
  await dialog.getByText("W&1").first().waitFor();
  await dialog.getByLabel("What to do").selectOption("cancel");
  await dialog.getByLabel("Reason").fill("the order was withdrawn");
  await dialog.getByRole("button", { name: "Count the jobs" }).click();
  await dialog.getByRole("button", { name: "Cancel 2 jobs" }).click();
  await page.getByRole("heading", { name: "Cancel 2 jobs", level: 1 }).waitFor();
  await page.getByRole("main").getByText("done", { exact: true }).waitFor();
  expect(await page.getByRole("main").textContent()).toContain("order W&1");
  const statuses = await Promise.all(jobs.map(async ({ job_id }) => (await local.api(`/v1/jobs/${job_id}`)).status));
  expect(statuses).toEqual(["cancelled", "cancelled", "scheduled"]);
  // What is of two values is of no operation.
  await page.goto(`${local.url()}/#/jobs?${tenant}&where=${encodeURIComponent("order=W%261&region=eu")}`);
  await page.getByRole("list", { name: "Values that the jobs have" }).getByText("region").waitFor();
  expect(await page.getByRole("button", { name: "All that match" }).count()).toBe(0);
});

test("a sealed value stands in no address, in nothing that is kept, and leads to no list", async () => {
  const { page } = await open(`/jobs?${tenant}`);
  const asked = watchRequests(page);
  await findBy(page, email);
  await options(page).first().getByText("email", { exact: true }).waitFor();
  expect(await options(page).count()).toBe(1);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
  const addresses = [...asked.map((one) => one.url()), page.url()].join("\n");
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie, document.title]),
  );
  for (const form of [email, encodeURIComponent(email)]) expect(addresses + kept).not.toContain(form);
  expect(searches(asked).map((one) => one.postDataJSON().q)).toEqual([email]);
});

test("nothing found says so, also how far was looked, and looks further", async () => {
  const { page } = await open(`/?${tenant}`);
  await findBy(page, "no such order");
  await box(page).getByText("Nothing found", { exact: true }).waitFor();
  await box(page).getByText("compared to the letter").waitFor();
  // A value of more jobs than one page looks at is not made here: the answer of such a search is.
  const short = { found: [], next_cursor: "next", examined: 1_000, looked_back_to: Date.UTC(2030, 0, 31) };
  const cursors: unknown[] = [];
  await page.route("**/v1/find", async (route) => {
    const { cursor } = route.request().postDataJSON();
    cursors.push(cursor);
    await (cursor === undefined ? route.fulfill({ json: short }) : route.fulfill({ json: { found: [] } }));
  });
  await field(page).fill("rare");
  await page.keyboard.press("Enter");
  await box(page).getByText("Nothing found so far. Looked at 1,000 jobs, back to").waitFor();
  await box(page).getByRole("button", { name: "Look further back" }).click();
  await box(page).getByText("Nothing found. Looked at 1,000 jobs").waitFor();
  expect(cursors).toEqual([undefined, "next"]);
});

test("an API that is away is told, and asked again on request", async () => {
  const { page, allow } = await open(`/?${tenant}`);
  allow(/v1\/find/);
  let away = true;
  await page.route("**/v1/find", (route) => (away ? route.abort() : route.continue()));
  await findBy(page, order);
  await box(page).getByText("The API does not answer, so nothing was looked for.").waitFor();
  away = false;
  await box(page).getByRole("button", { name: "Try again" }).click();
  await options(page).first().waitFor();
});

test("what the API refuses is said with the place", async () => {
  const { page, allow } = await open(`/?${tenant}`);
  allow(/v1\/find/);
  await findBy(page, "x".repeat(1_000));
  await box(page).getByRole("alert").getByText("/q").waitFor();
});

test("a key without jobs:input finds by public values and ids, and is told what it does not find", async () => {
  const key = await local.key("jobs:read");
  const { page } = await open("/", {
    before: (before) => before.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await findBy(page, order);
  await box(page).getByText("Nothing found", { exact: true }).waitFor();
  await box(page).getByText("This key has no jobs:input").waitFor();
  await field(page).fill("eu");
  await page.keyboard.press("Enter");
  await options(page).first().getByText("region", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Forget the key" }).click();
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  // Who comes next sees nothing of what was looked for.
  await page.getByRole("button", { name: "Find a job" }).click();
  expect(await field(page).inputValue()).toBe("");
});

test("the keys of the box are letters in a field, and wait while a question is open", async () => {
  const { page, go } = await open(`/audit?${tenant}`);
  await page.getByLabel("Who").focus();
  await page.keyboard.type("a/b");
  expect(await page.getByLabel("Who").inputValue()).toBe("a/b");
  await go(`/jobs/${failed}`);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Control+k");
  expect(await box(page).count()).toBe(0);
});

test.each(looks)("is accessible, fits and clips what is hostile in %s with %j", async (colorScheme, options_) => {
  const { page } = await open(`/?${tenant}`, { colorScheme, reducedMotion: "reduce", ...options_ });
  await page.getByRole("button", { name: "Find a job" }).filter({ visible: true }).click();
  await field(page).waitFor();
  expect(await violations(page)).toEqual([]);
  await field(page).fill(hostile);
  await page.keyboard.press("Enter");
  const list = options(page).filter({ hasText: "All jobs with" });
  await list.waitFor();
  const text = (await list.textContent()) ?? "";
  expect(text).toContain("<img src=x onerror=alert(1)>\\u202e");
  expect(text).not.toContain("\u202e");
  expect(await violations(page)).toEqual([]);
  const tooWide = await box(page).evaluate((dialog) =>
    [dialog, ...dialog.querySelectorAll(".find-list, .find-option")]
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.className),
  );
  expect(tooWide).toEqual([]);
  await list.click();
  await page.getByRole("list", { name: "Values that the jobs have" }).getByText("<img src=x").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await violations(page)).toEqual([]);
});
