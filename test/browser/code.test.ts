import { expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const products = `
import { products as all } from "../test/support/catalog/products.ts";
import { code } from "../lambdas/core/catalog/code-target.ts";
const [mine] = all;
export const products = [{
  ...mine,
  jobs: { ...mine.jobs, slow: { type: "function", function: "slow", timeout_ms: 120_000 } },
  functions: { ...mine.functions, slow: code("./slow.ts") },
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

const local = system({ products, modules: { "slow.ts": slow } });
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
