import assert from "node:assert/strict";
import { test } from "node:test";
import { testFeature, testJobs } from "ductape-jobs/testing";
import { order } from "../functions/order.ts";

const day = 24 * 3_600_000;

test("a customer is reminded after thirty days", async () => {
  // Starts the whole system on your catalog, with time that can be moved. It fails if the catalog has a fault.
  await using jobs = await testJobs();
  const { job_id } = await jobs.ductape.processor.job.dispatch({
    product_tag: "shop",
    env: "dev",
    event: "remind_customer",
    input: { params: { order: "A-17" }, body: { text: "Your basket is waiting." } },
    start_at: jobs.now() + 30 * day,
  });

  await jobs.advance("29d");
  assert.deepEqual(await jobs.sent(), []);

  await jobs.advance("1d1m");
  const [call] = await jobs.sent("http");
  assert.equal(call?.path, "/backend/orders/A-17/reminders");
  assert.equal((await jobs.ductape.jobs.get(job_id)).status, "completed");
});

test("an order that is paid after two days gets a receipt", async () => {
  // Runs the function alone, in milliseconds: the test says what its events answer, and what comes when.
  const run = await testFeature(order, {
    input: { number: "A-17", sku: "A-1", quantity: 2 },
    events: { quote: () => ({ total: 3998 }) },
    signals: [{ signal: "paid", key: "A-17", payload: { by: "ada" }, after: "2d" }],
  });
  assert.deepEqual(run.result, { number: "A-17", paid: true, receipt: "Order A-17: 39.98 EUR, paid by ada." });
});
