import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { checkout } from "../../support/local/checkout.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";
import { until } from "../../support/local/until.ts";

const { newFolder, run } = localRuns();

/** A product with a feature of these steps, each of which announces something. */
const productWith = (...steps: { step: string; delay?: number }[]) => {
  const main = steps.map((one) => ({ event: "announce", input: { message: { at: one.step } }, ...one }));
  return `
    import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
    const bus = { provider: "eventbridge", bus: "default", source: "my-product", topics: { done: { detail_type: "done" } } };
    export const products = [defineProduct({
      tag: "my-product",
      envs: ["dev"],
      jobs: { announce: { type: "publish", broker: "bus", topic: "done" }, onboard: { type: "feature", feature: "onboard" } },
      brokers: { bus: { envs: { dev: bus } } },
      features: { onboard: { sequences: { main: ${JSON.stringify(main)} } } },
    } as never)];
  `;
};

test("a run that waits is moved to the catalog that was deployed meanwhile, and goes on by it", async () => {
  const cwd = checkout(newFolder());
  const file = join(cwd, "products/index.ts");
  const hour = 3_600_000;
  writeFileSync(file, productWith({ step: "first" }, { step: "later", delay: hour }));
  const local = run({ data: join(cwd, "data"), cwd, args: ["--watch"] });
  const { job_id } = await (async () => {
    await local.ready();
    const order = { product_tag: "my-product", env: "dev", event: "onboard", input: {}, start_at: 0 };
    return ask(local.running(), "/v1/jobs", order);
  })();
  const get = (path: string) => ask(local.running(), path);
  const post = (path: string, body: unknown) => ask(local.running(), `/v1/jobs/${job_id}/${path}`, body);
  type Shown = {
    status: string;
    steps: Record<string, { status: string; job_id?: string }>;
    definition: { id: string };
  };
  const job = async () => (await get(`/v1/jobs/${job_id}`)) as unknown as Shown;
  const statuses = async () => Object.entries((await job()).steps).map(([step, { status }]) => `${step} ${status}`);
  await until(async () => (await statuses()).join() === "main.first completed,main.later scheduled");
  const { id } = (await job()).definition;

  // What it would do is refused in a dry run too: the new step would come before one that has begun.
  writeFileSync(file, productWith({ step: "first" }, { step: "between" }, { step: "later", delay: hour }));
  await local.says("Reloaded the changed code.");
  expect(await post("migrate?dry_run=true", { to: "current" })).toMatchObject({
    status: 409,
    code: "STATE_CONFLICT",
    errors: [
      { pointer: "/to", detail: expect.stringContaining("main.later has begun, and would depend on main.between") },
    ],
  });

  writeFileSync(file, productWith({ step: "first" }, { step: "later", delay: hour }, { step: "last" }));
  const answered = async () =>
    (await get(`/v1/definitions/${id}`)) as { events: { difference?: { steps: unknown } }[] };
  await until(async () => JSON.stringify((await answered()).events[0]?.difference?.steps)?.includes("main.last"));
  expect((await answered()).events).toMatchObject([
    {
      product_tag: "my-product",
      event: "onboard",
      current: false,
      difference: { steps: [{ step: "main.last", change: "added" }], output: false },
    },
  ]);

  expect(await post("migrate", { to: "current" })).toMatchObject({
    job_id,
    from: id,
    steps: [
      { step: "main.first", action: "kept", status: "completed" },
      { step: "main.later", action: "kept", status: "scheduled" },
      { step: "main.last", action: "new", status: "not_started" },
    ],
  });
  const later = (await job()).steps["main.later"]?.job_id;
  await ask(local.running(), `/v1/jobs/${later}/run-now`, {});
  await until(async () => (await job()).status === "completed");
  expect(await statuses()).toEqual(["main.first completed", "main.later completed", "main.last completed"]);
  expect((await job()).definition).toMatchObject({ current: true });
});
