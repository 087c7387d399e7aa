import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();

const product = `
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
        signals: { paid: { schema: { amount: { type: "number" } } } },
        sequences: {
          main: [
            { event: "announce", input: { message: { at: "first" } } },
            { step: "money", wait: { signal: "paid", key: "$Input{order}", timeout: "2d" } },
            { step: "cool", wait: { for: "2s" } },
            { event: "announce", step: "ship", input: { message: { amount: "$Sequence{main}{money}{payload}{amount}" } } },
          ],
        },
        output: { paid: "$Sequence{main}{money}{payload}{amount}" },
      },
    },
  })];
`;

test("a run waits for its signal over a restart, takes it once, and goes on to the second after a pause", async () => {
  const cwd = checkout(newFolder());
  writeFileSync(join(cwd, "products/index.ts"), product);
  const data = join(cwd, "data");
  const first = run({ data, cwd });
  await first.ready();
  let local = first;
  const tenant = { product_tag: "my-product", env: "dev" };
  const order = { ...tenant, event: "order", input: { order: "A-1" }, start_at: 0 };
  const { job_id } = await ask(local.running(), "/v1/jobs", order);
  interface Shown {
    status: string;
    steps: Record<string, Record<string, unknown>>;
    result: unknown;
  }
  const job = async () => (await ask(local.running(), `/v1/jobs/${job_id}`)) as unknown as Shown;
  const step = async (name: string) => (await job()).steps[`main.${name}`];
  await until(async () => (await step("money"))?.status === "waiting");
  expect(await step("money")).toMatchObject({ waits_for: [{ signal: "paid", key: "A-1" }] });
  await first.terminate();

  local = run({ data, cwd });
  await local.ready();
  const signal = (fields: object) =>
    ask(local.running(), "/v1/signals", { ...tenant, signal: "paid", key: "A-1", ...fields });
  expect(await signal({ payload: { amount: "5" } })).toMatchObject({
    status: 400,
    errors: [{ pointer: "/payload/amount" }],
  });
  expect(await signal({ signal: "pad" })).toMatchObject({ status: 400, errors: [{ pointer: "/signal" }] });
  const sentAt = Date.now();
  const sent = await signal({ payload: { amount: 42.5 }, id: "evt_1" });
  expect(sent).toMatchObject({ id: "evt_1", offered: [job_id] });
  await until(async () => (await step("money"))?.status === "completed");
  expect(Date.now() - sentAt).toBeLessThan(5000);
  await signal({ payload: { amount: 1 }, id: "evt_1" });
  await until(async () => (await job()).status === "completed");
  const done = await job();
  expect(done.result).toEqual({ paid: 42.5 });
  expect(done.steps["main.money"]).toMatchObject({ status: "completed", received: { signal: "paid", id: "evt_1" } });
  const { started_at, finished_at } = done.steps["main.cool"] as { started_at: number; finished_at: number };
  expect(finished_at - started_at).toBeGreaterThanOrEqual(2000);
  expect(finished_at - started_at).toBeLessThan(4000);
  expect(await signal({ key: undefined, job_id })).toMatchObject({ status: 409, code: "STATE_CONFLICT" });
});
