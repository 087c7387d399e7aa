import { expect, test } from "@jest/globals";
import { violations } from "./support/accessible.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const products = `
import { products as all } from "../test/support/catalog/products.ts";
import { code } from "../lambdas/core/catalog/code-target.ts";
const [mine] = all;
export const products = [{
  ...mine,
  jobs: { ...mine.jobs, slow: { type: "function", function: "slow", timeout_ms: 120_000 }, breaks: { type: "function", function: "breaks", retries: 0 } },
  functions: { ...mine.functions, slow: code("./slow.ts"), breaks: code("./breaks.ts") },
}];
`;
const slow = `
import { setTimeout } from "node:timers/promises";
import { defineFunction } from "../lambdas/code/define-function.ts";
export const slow = defineFunction({
  async run(ms: number, ctx) {
    ctx.progress({ page: 1, pages: 2 });
    await setTimeout(ms);
    ctx.progress({ page: 2, pages: 2 });
    return "all pages";
  },
});
`;

const breaks = `
import { defineFunction } from "../lambdas/code/define-function.ts";
export const breaks = defineFunction({
  run(order: string, ctx) {
    ctx.log.info("looking for the order", { order });
    throw new TypeError("there is none");
  },
});
`;

const local = system({ products, modules: { "slow.ts": slow, "breaks.ts": breaks } });
const open = dashboards(local.url);

test("a job's page shows what its function reports while it runs", async () => {
  const { job_id } = await local.schedule({ event: "slow", input: { payload: 6000 } });
  const { page } = await open(`/jobs/${job_id}`);
  const progress = page.getByRole("region", { name: "Progress", exact: true });
  await progress.getByText("as last reported").waitFor();
  await progress.getByRole("region", { name: "Progress, as JSON" }).getByText("1", { exact: true }).waitFor();
  await local.ended(job_id, "completed");
  await progress.getByText("as last reported").waitFor({ state: "detached" });
  expect(await progress.getByText("2", { exact: true }).count()).toBe(2);
  await page.getByRole("region", { name: "Result", exact: true }).getByText("all pages").waitFor();
}, 60_000);

test("a job's page shows what its function had written when it failed", async () => {
  const { job_id } = await local.schedule({ event: "breaks", input: { payload: "A-17 \u202e\u{1F986}" } });
  await local.ended(job_id, "failed");
  const { page } = await open(`/jobs/${job_id}`);
  await page.getByText("The code's log").first().waitFor();
  const log = page.getByRole("region", { name: "Log of attempt 1" });
  await log.getByText(/INFO {2}looking for the order \{"order":"A-17/).waitFor();
  expect(await violations(page)).toEqual([]);
}, 60_000);
