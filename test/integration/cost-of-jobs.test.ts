import type { Counts } from "../../bench/cost/counts.ts";
import { kinds } from "../../bench/cost/kinds.ts";
import { startWorld } from "../../bench/cost/world.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { Costs } from "../../lambdas/core/queries/costs.ts";
import type { JobCost } from "../../lambdas/core/queries/job-cost.ts";

/*
 * What jobs are said to have used, beside what was counted while they ran: the handlers on their adapters, with every request counted. Time
 * is virtual.
 */

/** Runs a job of each of these kinds, and asks what they have cost. */
async function ran(names: readonly string[]) {
  let left = 0;
  const world = await startWorld(async () => {
    if (left-- > 0) throw new JobError("SERVICE_UNAVAILABLE", "The shop does not answer.");
    return { status: 201, body: { order: "O-7", state: "placed" } };
  });
  const read = async <Answer>(path: string, query?: Record<string, string>): Promise<Answer> => {
    const { statusCode, body } = await world.request("GET", path, undefined, query);
    if (statusCode !== 200) throw new Error(body);
    return JSON.parse(body);
  };
  try {
    const jobs: { counts: Counts; cost: JobCost }[] = [];
    for (const name of names) {
      const kind = kinds.find((one) => one.name === name);
      left = kind?.failures ?? 0;
      world.counted();
      const { body } = await world.request("POST", "/v1/jobs", kind?.request(world.now()));
      await world.drain();
      await world.stream(1);
      const counts = world.counted();
      jobs.push({ counts, cost: await read(`/v1/jobs/${JSON.parse(body).job_id}/cost`) });
    }
    world.pass(1);
    const time = { from: String(world.now() - 86_400_000), to: String(world.now()) };
    const place = { product_tag: "my-product", env: "prd" };
    return { jobs, costs: await read<Costs>("/v1/costs", { ...place, ...time }) };
  } finally {
    await world.stop();
  }
}

const count = ({ breakdown }: JobCost, what: string): number =>
  breakdown.filter((line) => line.what.startsWith(what)).reduce((sum, line) => sum + line.count, 0);

const plain = [
  ...["now", "in 10 minutes", "in 2 hours", "now, input of 100 KB", "now, fails once"],
  ...["now, with a limit for which nothing waits", "in 10 s, with a key of debounce", "now, with a unique key"],
];

it.each(plain)("a job %s is said to have used what was counted", async (name) => {
  const [one] = (await ran([name])).jobs;
  if (!one) throw new Error("no job ran");
  const { counts, cost } = one;
  expect(cost).not.toHaveProperty("unknown");
  expect(count(cost, "API Gateway")).toBe(counts.http_request);
  expect(count(cost, "SQS")).toBe(counts.queue_request);
  expect(count(cost, "EventBridge Scheduler")).toBe(counts.schedule);
  expect(count(cost, "EventBridge: final")).toBe(counts.bus_event);
  expect(count(cost, "S3: storing")).toBe(counts.bucket_put);
  expect(count(cost, "S3: reading")).toBe(counts.bucket_get);
  expect(count(cost, "DynamoDB: writes to the index")).toBe(counts.index_write);
  // The counters' writes are shared with other jobs. Alone, a job has one for each change that wakes the lifecycle: one of them is left out.
  const writes = cost.breakdown.filter(
    ({ what }) => what.startsWith("DynamoDB: writes") && !what.includes("the index"),
  );
  expect(counts.table_write - writes.reduce((sum, line) => sum + line.count, 0)).toBe(1);
});

it("the jobs of an event have cost what each of them says, and a feature has besides what its steps have", async () => {
  const { jobs, costs } = await ran(["now", "now, fails once", "in 2 hours", "a step of a feature"]);
  const each = jobs.map(({ cost }) => cost.usd);
  const [feature] = jobs.filter(({ cost }) => cost.steps).map(({ cost }) => cost);
  expect(feature?.steps?.examined).toBeGreaterThan(0);
  expect(costs.usd).toBeCloseTo(
    each.reduce((sum, usd) => sum + usd, 0),
    10,
  );
  expect(costs).toMatchObject({ is_complete: true, runs: costs.ended });
  const orders = costs.rows.find(({ event }) => event === "create_order")?.usd ?? 0;
  expect(orders).toBeGreaterThan(jobs.slice(0, 3).reduce((sum, { cost }) => sum + cost.usd, 0) - 1e-12);
  const own = (feature?.usd ?? 0) - (feature?.steps?.usd ?? 0);
  expect(costs.rows.find(({ event }) => event === "place_order")?.usd).toBeCloseTo(own, 10);
});
