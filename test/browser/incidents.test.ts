import { beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/local/until.ts";
import { looks, violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { watchIdle } from "./support/idle.ts";
import { system } from "./support/system.ts";

/** A catalog that tells the shop of what fails: whom it tells is not looked at here. */
const watched = `
import { parameter } from "../lambdas/core/catalog/references.ts";
import { products as all } from "../test/support/catalog/products.ts";
const [mine] = all;
export const products = [
  {
    ...mine,
    receivers: { chat: { slack: parameter("/my-product/shop-url") } },
    alerts: { fails: { when: "new_cause", notify: ["chat"] } },
  },
];
`;

const local = system({ products: watched });
const open = dashboards(local.url);

const title = "apps/shop fails with VALIDATION_ERROR (422)";
const tenant = "product=my-product&env=dev";
interface Listed {
  id: string;
  state: string;
  count: number;
  openings: number;
}
const listed = async (): Promise<Listed[]> => {
  const answer = await local.api(`/v1/incidents?product_tag=my-product&env=dev`);
  return answer.incidents as Listed[];
};

/** Lets an order fail, and waits until its incident has counted it and been opened. */
async function anOrderFails(): Promise<string> {
  const before = (await listed())[0]?.count ?? 0;
  local.shopAnswers(422);
  const { job_id } = await local.schedule();
  await local.ended(job_id, "failed");
  local.shopAnswers(200);
  await until(async () => (await listed()).some(({ count, openings }) => count > before && openings > 0), 90_000);
  return job_id;
}

let id = "";
let failed = "";
beforeAll(async () => {
  failed = await anOrderFails();
  id = (await listed())[0]?.id ?? "";
}, 120_000);

const act = (verb: string) => local.api(`/v1/incidents/my-product/dev/${id}/${verb}`, {});

test("what fails is in the list and counted in the navigation, and can be ignored, reopened and resolved", async () => {
  const { page, go } = await open(`/?${tenant}`);
  const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /Incidents/ });
  await link.getByText(", 1 open").waitFor({ state: "attached" });
  await link.click();
  const row = page.getByLabel("Incidents", { exact: true }).getByRole("row").filter({ hasText: title });
  await row.getByText("create_order").waitFor();
  await row.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  await page.getByText("1 failed attempt since it was opened.").waitFor();
  const answer = page.getByRole("region", { name: "What the provider answered" });
  await answer.getByText('"order": "o-1"').waitFor();

  // The dialog is reached by keyboard, and gives the focus back.
  const ignore = page.getByRole("button", { name: "Ignore", exact: true });
  await ignore.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Ignore this incident" });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await ignore.evaluate((one) => one === document.activeElement)).toBe(true);

  await ignore.click();
  await dialog.getByLabel("How long").selectOption("rate");
  await dialog.getByLabel("Failures within an hour").fill("none");
  expect(await dialog.getByRole("button", { name: "Ignore it" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Failures within an hour").fill("50");
  await dialog.getByRole("button", { name: "Ignore it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("until more than 50 fail within an hour").waitFor();
  await page.getByText("Set to ignored by").waitFor();
  await link.getByText(", 1 open").waitFor({ state: "detached" });
  expect((await listed())[0]).toMatchObject({ id, state: "ignored", ignored: { above_per_hour: 50 } });

  await page.getByRole("button", { name: "Reopen", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reopen it" }).click();
  await page.getByText("It goes on.").waitFor();
  await page.getByText("It was opened 2 times.").waitFor();
  await link.getByText(", 1 open").waitFor({ state: "attached" });

  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resolve it" }).click();
  await page.getByText("Set to resolved by").waitFor();
  expect((await listed())[0]).toMatchObject({ id, state: "resolved" });

  await go(`/incidents?${tenant}`);
  await page.getByText("Nothing goes wrong here").waitFor();
  await page.getByLabel("State").selectOption("resolved");
  await row.getByText("resolved").waitFor();
  expect(page.url()).toContain("state=resolved");
  await act("reopen");
});

test("an incident leads to the job that failed last, to its failed jobs and to its messages", async () => {
  const { page, go } = await open(`/incidents/${id}?${tenant}`);
  const jobs = page.getByRole("region", { name: "Jobs", exact: true });
  await jobs.getByRole("link", { name: "Failed jobs of create_order" }).click();
  await page.getByRole("region", { name: "Jobs", exact: true }).getByText("failed").first().waitFor();
  await go(`/incidents/${id}?${tenant}`);
  const told = page.getByRole("region", { name: "Who was told" });
  const message = told.getByRole("row").filter({ hasText: "New" });
  await message.getByRole("link", { name: "chat" }).waitFor();
  await told.getByRole("link", { name: "All messages" }).click();
  await page.getByText("End of the list").waitFor();
  expect(await page.getByRole("main").getByRole("row").count()).toBeGreaterThan(1);
  await go(`/incidents/${id}?${tenant}`);
  await jobs
    .getByRole("link", { name: `The job that failed last (${failed.slice(0, 8)}…${failed.slice(-6)})` })
    .click();
  await page.getByRole("region", { name: "Why it failed" }).waitFor();
});

test("a budget shows what was used of it, of what, and that it is an estimate", async () => {
  const budget = { month: "2030-01", usd: 41.2, budget_usd: 50, until: Date.UTC(2030, 0, 20, 13) };
  const used = { kind: "budget", alert: "spent", budget: { ...budget, dearest: [{ event: "charge", usd: 40 }] } };
  const { page } = await open(`/incidents/${id}?${tenant}`, {
    before: (before) =>
      before.route(`**/v1/incidents/my-product/dev/${id}`, async (route) => {
        const answer = await route.fetch();
        const { target: _, code: __, provider_code: ___, answer: ____, ...incident } = await answer.json();
        await route.fulfill({ response: answer, json: { ...incident, ...used, count: 1, failing: 1 } });
      }),
  });
  const name = "Jobs have used 41.20 of 50.00 USD in 2030-01 (spent)";
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await page.getByText("1 step of the budget was passed since it was opened.").waitFor();
  await page.getByText("41.20 of 50.00 USD, an estimate by list prices").waitFor();
  await page.getByText("charge 40.00 USD").waitFor();
  expect(await violations(page)).toEqual([]);
});

test("what is open in another env is one click away", async () => {
  const { page } = await open("/incidents?product=my-product&env=prd");
  await page.getByRole("link", { name: "my-product dev (1)" }).click();
  await page.getByRole("link", { name: title }).waitFor();
});

test("a key that only reads sees no answer and changes nothing", async () => {
  const key = await local.key("jobs:read");
  const { page } = await open(`/incidents/${id}?${tenant}`, {
    before: (before) => before.route("**/local/session", (route) => route.fulfill({ status: 404 })),
  });
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByText("What the provider has answered is shown to keys with").waitFor();
  expect(await page.getByRole("button", { name: /^(Resolve|Ignore|Reopen)$/ }).count()).toBe(0);
});

test("an incident that there is not says so", async () => {
  const { page, allow } = await open(`/incidents?${tenant}`);
  allow(/404/);
  await page.goto(`${local.url()}/#/incidents/0000000000000000?${tenant}`);
  await page.getByText("There is no such incident").waitFor();
});

test("what has failed for it is retried by an operation", async () => {
  const { page, go } = await open(`/?${tenant}`);
  await go(`/incidents/${id}?${tenant}`);
  await page.getByRole("button", { name: "Retry its jobs" }).click();
  const dialog = page.getByRole("dialog", { name: "Change all jobs that match" });
  await dialog.getByText(id).waitFor();
  await dialog.getByLabel("Reason").fill("the provider is back");
  await dialog.getByRole("button", { name: "Count the jobs" }).click();
  await dialog.getByRole("button", { name: /^Retry \d+ jobs?$/ }).click();
  await page.getByRole("heading", { name: /Retry/, level: 1 }).waitFor();
  await page.getByText(`cause ${id}`).first().waitFor();
}, 60_000);

test.each(looks)("is accessible and fits in %s with %j", async (colorScheme, options) => {
  const { page, go } = await open("/", { colorScheme, reducedMotion: "reduce", ...options });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  await go(`/incidents?${tenant}`);
  await page.getByRole("link", { name: title }).waitFor();
  expect([await violations(page), await fits()]).toEqual([[], true]);
  await go(`/incidents/${id}?${tenant}`);
  await page.getByRole("region", { name: "What the provider answered" }).waitFor();
  expect([await violations(page), await fits()]).toEqual([[], true]);
  await page.getByRole("button", { name: "Ignore", exact: true }).click();
  await page.getByRole("dialog").getByLabel("How long").selectOption("rate");
  expect([await violations(page), await fits()]).toEqual([[], true]);
});

test("an idle page asks for little: at most 12 requests a minute", async () => {
  await act("resolve");
  const { page } = await open("/", { before: (before) => before.clock.install() });
  const idle = watchIdle(page);
  await page.goto(`${local.url()}/#/incidents?${tenant}`);
  await page.getByText("Nothing goes wrong here").waitFor();
  await idle.settle();
  const asked = await idle.minute();
  expect(asked.filter((path) => path === "/v1/incidents").length).toBeGreaterThan(1);
  expect(asked.length).toBeLessThanOrEqual(12);
  await act("reopen");
});

test("what needs attention is at the top of the first page, for all products and envs", async () => {
  await act("reopen");
  const late = { product_tag: "my-product", env: "prd", late: 100, limited: 2, held: 0, at_least: true };
  const { page } = await open(`/?${tenant}`, {
    // Nothing is late for a minute in this system: what the reconciler would say of it is added to its answer.
    before: (before) =>
      before.route("**/v1/home", async (route) => {
        const answer = await route.fetch();
        const tenants = [{ ...late, oldest_due_at: Date.now() - 240_000 }];
        await route.fulfill({ response: answer, json: { ...(await answer.json()), tenants } });
      }),
  });
  const panel = page.getByRole("region", { name: "Needs attention" });
  await panel.getByText("late in my-product prd").waitFor();
  await panel.getByText("100+").waitFor();
  await panel.getByText("2 jobs with limits").waitFor();
  expect(await violations(page)).toEqual([]);
  await panel.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
});

test("a reconciler that has stopped is seen", async () => {
  const { page } = await open(`/?${tenant}`, {
    before: (before) =>
      before.route("**/v1/home", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), at: Date.now() - 600_000 } });
      }),
  });
  await page.getByRole("region", { name: "Needs attention" }).getByText("Nothing has looked for late jobs").waitFor();
});
