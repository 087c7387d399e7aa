import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createDuctape } from "../../../sdk/src/index.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const folder = tempFolder();
const toWarehouse = (warehouse: string) => ({
  ...anOrder({ event: "notify_warehouse", input: { params: { warehouse } } }),
});

/** Ten seconds pass between the end of a pause and its first job. */
const patienceMs = 60_000;

test("jobs of a paused event say why they wait, also after a restart", async () => {
  const data = join(folder, "data");
  const first = runLocal({ data });
  const before = await first.ready();
  const client = ({ url, api_key }: typeof before) =>
    createDuctape({ url, apiKey: api_key, product: "my-product", env: "dev" });
  const ductape = client(before);
  const order = anOrder();
  const { id } = await ductape.pauses.create({ event: order.event, reason: "the shop is being moved" });
  const { job_id } = await ductape.processor.job.dispatch(order);
  expect(await ductape.jobs.get(job_id)).toMatchObject({
    status: "queued",
    waiting_for: { pause: id, reason: "the shop is being moved" },
  });
  await first.terminate();
  const second = runLocal({ data });
  const again = client(await second.ready());
  expect(await again.pauses.list()).toMatchObject([{ id, state: "active" }]);
  await again.pauses.end(id);
  const done = await until(async () => {
    const job = await again.jobs.get(job_id);
    return job.status === "completed" ? job : undefined;
  }, patienceMs);
  expect(done.attempts).toMatchObject([{ attempt: 1, outcome: "completed" }]);
}, 180_000);

test("jobs of a paused key wait, and those of other keys start", async () => {
  const run = runLocal({ data: join(folder, "keys") });
  const { url, api_key } = await run.ready();
  const ductape = createDuctape({ url, apiKey: api_key, product: "my-product", env: "dev" });
  const { id } = await ductape.pauses.create({ limit: "warehouse", key: "north", reason: "stocktaking" });
  const held = await ductape.processor.job.dispatch(toWarehouse("north"));
  const other = await ductape.processor.job.dispatch(toWarehouse("south"));
  const ended = (job_id: string) =>
    until(async () => {
      const job = await ductape.jobs.get(job_id);
      return job.status === "completed" ? job : undefined;
    }, patienceMs);
  await ended(other.job_id);
  expect(await ductape.jobs.get(held.job_id)).toMatchObject({
    status: "queued",
    waiting_for: { pause: id, reason: "stocktaking" },
  });
  await ductape.pauses.end(id);
  expect((await ended(held.job_id)).attempts).toMatchObject([{ attempt: 1, outcome: "completed" }]);
}, 180_000);
