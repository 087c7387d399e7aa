import { expect, test } from "@jest/globals";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

const local = system();
const open = dashboards(local.url);

const order = { event: "place_order", input: { customer: "ada", sku: "tea", quantity: 2 } };
const steps = ["calculate_price", "create_order", "send_notification"];

test("a feature's page draws each step, begun or not, with a link to its job", async () => {
  const { job_id } = await local.schedule({ ...order, start_at: Date.now() + 3_600_000 });
  const { page } = await open(`/jobs/${job_id}`);
  const graph = page.getByRole("region", { name: "Graph of the steps" });
  await graph.locator(".graph-node").nth(2).waitFor();
  const names = await graph.locator(".graph-name").allTextContents();
  expect(names.toSorted()).toEqual(steps);
  expect(await graph.locator(".graph-edge").count()).toBe(2);
  expect(await graph.getByRole("link").count()).toBe(0);
  await page.getByRole("button", { name: "Run now", exact: true }).click();
  await page.getByRole("button", { name: "Run now this job" }).click();
  await page.getByText("3 of 3 done").waitFor();
  const rows = page.getByRole("list", { name: "State of each step" }).getByRole("button");
  for (const name of steps) await rows.filter({ hasText: `${name}completed` }).waitFor();
  expect(await rows.count()).toBe(3);
  expect(await graph.locator(".graph-node.status-completed").count()).toBe(3);
  await graph.getByRole("link", { name: /create_order/ }).click();
  await page.getByRole("heading", { name: "create_order", level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "place_order", level: 1 }).waitFor();
});

test("a step that fails shows in the feature's graph, with its error below", async () => {
  local.shopAnswers(422);
  const { job_id } = await local.schedule(order);
  await local.ended(job_id, "failed");
  local.shopAnswers(200);
  const { page } = await open(`/jobs/${job_id}`);
  const panel = page.getByRole("region", { name: "Steps", exact: true });
  await panel.locator(".graph-node.status-failed").waitFor();
  await panel.locator(".failure-code").waitFor();
});
