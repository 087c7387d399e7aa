import { expect, test } from "@jest/globals";
import { until } from "../support/local/until.ts";
import { dashboards } from "./support/browser.ts";
import { system } from "./support/system.ts";

/** A product whose orders wait for their money. */
const productWith = (after: string) => `
  import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
  const bus = { provider: "eventbridge", bus: "default", source: "my-product", topics: { done: { detail_type: "done" } } };
  export const products = [defineProduct({
    tag: "my-product",
    envs: ["dev"],
    jobs: { announce: { type: "publish", broker: "bus", topic: "done" }, order: { type: "feature", feature: "order" } },
    brokers: { bus: { envs: { dev: bus } } },
    features: {
      order: {
        input: { order: { type: "string" } },
        signals: { paid: {} },
        sequences: {
          main: [
            { step: "money", wait: { signal: "paid", key: "$Input{order}", timeout: "2d" } },
            { event: "announce", input: { message: {} } },
            ${after}
          ],
        },
      },
    },
  })];
`;

const local = system({ products: productWith("") });
const open = dashboards(local.url);

test("a run that waits counts down, says for what, and opens to what its feature says otherwise now", async () => {
  const { job_id } = await local.schedule({ event: "order", input: { order: "A-1042" } });
  await until(async () => (await local.api(`/v1/jobs/${job_id}`)).waits !== undefined);
  const { page, go } = await open(`/jobs/${job_id}`);
  const gate = page.getByRole("region", { name: "Graph of the steps" }).locator(".graph-node.status-waiting");
  await gate.waitFor();
  expect(await gate.locator(".graph-time").textContent()).toMatch(/^(1 d 23 h|1 d 24 h|2 d) left$/);
  expect(await gate.locator(".graph-note").textContent()).toContain("main");
  await page.getByText("waits for paid A-1042").first().waitFor();
  await page.getByText(/^paid A-1042, until/).waitFor();
  await go("/jobs?status=running");
  await page.getByRole("link", { name: "order", exact: true }).first().waitFor();
  await page.getByText("paid A-1042").first().waitFor();

  local.deploy(productWith('{ event: "announce", step: "again", input: { message: {} } },'));
  await page.close();
  await local.stop();
  await local.start();
  const { page: after } = await open(`/jobs/${job_id}`);
  await after.getByText("1 version behind").click();
  await after.getByText("main.again was added").waitFor();

  await local.api("/v1/signals", { product_tag: "my-product", env: "dev", signal: "paid", key: "A-1042" });
  await local.ended(job_id, "completed");
  await after.getByText("2 of 2 done").waitFor();
}, 60_000);
