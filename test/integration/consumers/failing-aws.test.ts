import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { systemClock } from "../../../lambdas/aws/start/system-clock.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { isFinished, type Job, jobMessageOf } from "../../../lambdas/core/job/job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { failingClient } from "../../support/aws/failing.ts";
import { aJob } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

let dynamo: Awaited<ReturnType<typeof startDynamo>>;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

/** The same numbers in every run. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const count = 200;
/** Three batches. */
const atOnce = 30;

test("jobs run once and complete while 60 % of DynamoDB's calls fail", async () => {
  const whole = dynamoJobStore({ client: dynamo.client, table, retentionDays: 30 });
  const failing = failingClient(dynamo.endpoint, 0.6, numbers(11));
  const jobs = dynamoJobStore({ client: failing.client, table, retentionDays: 30 });
  const services = { ...fakeServices({ catalog }), clock: systemClock, jobs };
  const all = Array.from({ length: count }, () =>
    aJob({ product: "my-product", event: "create_order", due_at: Date.now(), retries: 0, timeout_ms: 15_000 }),
  );
  for (const job of all) await whole.create(job);
  const runs = new Map<string, number>();
  const execute: Execute = async ({ job: { id } }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1);
  };
  const underWay = new Map<string, Promise<void>>();
  const deliver = (job: Job) => {
    const delivered = runJob(services, execute, jobMessageOf(job)).catch(() => {});
    underWay.set(
      job.id,
      delivered.finally(() => underWay.delete(job.id)),
    );
  };
  const readAll = async () =>
    (await Promise.all(Array.from({ length: count / 100 }, (_, i) => i * 100).map((from) => page(from)))).flat();
  const page = (from: number) => whole.getMany(all.slice(from, from + 100).map(({ id }) => id));

  // As the reconciler does: what waits, and what was left under a lease that is over, gets another message.
  for (let open = await readAll(); open.length > 0; open = (await readAll()).filter((job) => !isFinished(job))) {
    const free = open.filter(({ id, lease_until = 0 }) => lease_until < Date.now() && !underWay.has(id));
    for (const job of free.slice(0, atOnce - underWay.size)) deliver(job);
    await systemClock.sleep(200);
  }
  await Promise.all(underWay.values());

  const ended = await readAll();
  // So much fails that one may lose all that its three claims have written: on a busy machine fewer tries fit into a lease.
  const failed = ended.filter(({ status }) => status !== "completed");
  expect(failed.filter(({ error }) => error?.code !== "CRASHED")).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(1);
  // One that has crashed may have noted three times that it begins, and have been called never.
  expect(runs.size).toBeGreaterThanOrEqual(count - failed.length);
  expect([...runs.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(1);
  expect(failing.failures()).toBeGreaterThan(count);
  failing.client.destroy();
}, 240_000);
