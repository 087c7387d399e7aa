import type { FeatureTarget } from "../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { myProduct } from "../../products/my-product.ts";
import type { Counts } from "../cost/counts.ts";
import { startWorld } from "../cost/world.ts";

type Step = FeatureTarget["sequences"][string][number];

const day = 24 * 3_600_000;
const tenant = { product_tag: "my-product", env: "prd" };
const paid = { signal: "paid", key: "$Input{order}" };

interface Case {
  name: string;
  wait: NonNullable<Step["wait"]>;
  /** The message that ends it. Absent: its time does. */
  message?: (job_id: string) => object;
}

/** Waits of each kind. What follows is started by the decision that ends the wait. */
const cases: Case[] = [
  { name: "for a time", wait: { for: "3d" } },
  { name: "without a key", wait: { signal: "paid" }, message: (job_id) => ({ job_id }) },
  { name: "with a key", wait: paid, message: () => ({ key: "A-1" }) },
  { name: "with a key, timed out", wait: { ...paid, timeout: "3d", otherwise: "continue" } },
  {
    name: "for the first of two with keys",
    wait: { any: [paid, { ...paid, signal: "refused" }] },
    message: () => ({ key: "A-1" }),
  },
];

export interface WaitCounts {
  name: string;
  /** Writes of the table that a wait adds, those of messages included, and schedules. */
  writes: number;
  schedules: number;
}

/** What waits of each kind add to a run that has a step before and one after them. */
export async function countedWaits(): Promise<WaitCounts[]> {
  const without = await countsOf();
  const all: WaitCounts[] = [];
  for (const one of cases) {
    const counts = await countsOf(one);
    const { schedule } = counts;
    all.push({ name: one.name, writes: writesIn(counts) - writesIn(without), schedules: schedule });
  }
  return all;
}

const writesIn = ({ calls }: Counts): number =>
  ["PutItem", "UpdateItem", "DeleteItem"].reduce((sum, name) => sum + (calls[`dynamodb.${name}`] ?? 0), 0);

async function countsOf(one?: Case): Promise<Counts> {
  const world = await startWorld(async () => ({ status: 201, body: {} }), catalogWith(one?.wait));
  try {
    const input = { order: "A-1" };
    const answer = await world.request("POST", "/v1/jobs", { ...tenant, event: "order", input, start_at: 0 });
    const { job_id } = JSON.parse(answer.body) as { job_id: string };
    const soon = () => world.drain({ until: world.now() + 60_000 });
    await soon();
    if (one?.message) {
      const { statusCode, body } = await world.request("POST", "/v1/signals", {
        ...tenant,
        signal: "paid",
        ...one.message(job_id),
      });
      if (statusCode !== 202) throw new Error(body);
      await soon();
    } else await world.drain({ until: world.now() + 4 * day });
    const counts = world.counted();
    const job = JSON.parse((await world.request("GET", `/v1/jobs/${job_id}`)).body);
    if (job.status !== "completed") throw new Error(`${one?.name}: the run is ${job.status}`);
    return counts;
  } finally {
    await world.stop();
  }
}

function catalogWith(wait?: Step["wait"]) {
  const call = { event: "create_order", input: { params: { customer: "ada" }, body: {} } };
  const main: Step[] = [call, ...(wait ? [{ step: "money", wait }] : []), { ...call, step: "ship" }];
  const order: FeatureTarget = { signals: { paid: {}, refused: {} }, sequences: { main } };
  const demo = myProduct as unknown as Product;
  const jobs = { ...demo.jobs, order: { type: "feature", feature: "order" } as const };
  return makeCatalog([{ ...demo, jobs, features: { order } }], registry);
}
