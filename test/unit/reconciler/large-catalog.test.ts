import { assumed } from "../../../bench/herd/quotas.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type { Tenant } from "../../../lambdas/core/access/tenants.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { schedulesHash } from "../../../lambdas/core/catalog/schedules.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import type { GateName } from "../../../lambdas/core/limits/gate.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, longestRoundMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { runOnce } from "../../../lambdas/reconciler/run-once.ts";
import { functionsOf, reconcileEverySeconds } from "../../../lambdas/topology.ts";
import { aJob, noon } from "../../support/builders.ts";
import { myProduct } from "../../support/catalog/my-product.ts";
import { fakeScheduleStates } from "../../support/fakes/schedule-states.ts";
import { fakeServices } from "../../support/fakes/services.ts";

/** A function has its memory's share of a processor. */
const { emptyQueryCpuMs, oneProcessorMb } = assumed;
const queryMs = (emptyQueryCpuMs * oneProcessorMb) / functionsOf(registry).reconciler.memoryMb;
const roundMs = reconcileEverySeconds * 1000;

const idIn = (shard: number, n: number) => `job_${(n * 256 + shard).toString(16).padStart(32, "0")}`;

/** A schedule of the last product. */
const nightly = { event: "create_order", env: "prd", cron: "0 2 * * *", input: { body: { sku: "A-1" } } };

interface Options {
  products: number;
  shards?: number;
  /** Of each query. */
  ms?: number;
  /** How long each process lives, in milliseconds. Default: one lives for all rounds. */
  lives?: (round: number) => number;
  /** A process that reads this partition dies of it. */
  deadly?: number;
}

/**
 * A reconciler whose queries take the time of its processor, one after the other however many are under way. Partitions are
 * numbered in the order of the catalog, which has two envs for each product.
 */
function world({ products, shards = 16, ms = queryMs, lives, deadly }: Options) {
  const tags = Array.from({ length: products }, (_, n) => `p${n}`);
  const catalog = makeCatalog(
    tags.map((tag, n) => ({ ...myProduct, tag, ...(n === products - 1 && { schedules: { nightly } }) }) as Product),
    registry,
  );
  const services = fakeServices({ catalog });
  const { clock } = services;
  const tenantAt = new Map(
    catalog.products.flatMap(({ tag }, n) => [`${tag}#dev`, `${tag}#prd`].map((name, env) => [name, 2 * n + env])),
  );
  const numberOf = ({ product, env }: Tenant) => tenantAt.get(`${product}#${env}`) as number;
  /** In which round each partition was looked at last, and the lines of each tenant. */
  const scanned = new Int32Array(2 * products * shards).fill(-1);
  const swept = new Int32Array(2 * products).fill(-1);
  const jobs = new Map<number, Job[]>();
  let memory = newMemory();
  let round = -1;
  let began = clock.now();
  let process = { isDead: false, die: () => {} };
  const isOver = () => lives !== undefined && clock.now() >= began + lives(round);
  let processor = Promise.resolve();
  const query = async (isFatal = false) => {
    const own = process;
    processor = processor.then(() => (own.isDead ? undefined : clock.pass(ms)));
    await processor;
    if (!own.isDead && (isFatal || isOver())) own.die();
    if (own.isDead) await new Promise(() => {});
  };
  const own = {
    ...services,
    jobs: {
      ...services.jobs,
      shards,
      page: async (...[{ product, env, shard }, after]: Parameters<typeof services.jobs.page>) => {
        const partition = numberOf({ product, env }) * shards + shard;
        await query(partition === deadly);
        scanned[partition] = round;
        const all = jobs.get(partition) ?? [];
        const from = after ? all.findIndex(({ id }) => id === after.id) + 1 : 0;
        const some = all.slice(from, from + 100).map(({ id, due_at }) => ({ id, time: due_at }));
        const last = some.at(-1);
        return { jobs: some, ...(last && from + 100 < all.length && { next: last }) };
      },
      getMany: async (ids: string[]) => {
        await query();
        return services.jobs.getMany(ids);
      },
    },
    gates: {
      ...services.gates,
      withLine: async (tenant: Tenant): Promise<GateName[]> => {
        await query();
        swept[numberOf(tenant)] = round;
        return [];
      },
    },
  };
  const states = fakeScheduleStates();
  return {
    ...services,
    scanned,
    swept,
    /** Overdue jobs in a partition. */
    async lose(partition: number, count = 1) {
      const of = catalog.products[Math.floor(partition / shards / 2)]?.tag ?? "";
      const env = Math.floor(partition / shards) % 2 === 0 ? "dev" : "prd";
      const all = Array.from({ length: count }, (_, n) =>
        aJob({
          id: idIn(partition % shards, partition * 10_000 + n),
          product: of,
          env,
          due_at: noon - graceMs,
          status: "scheduled",
        }),
      );
      for (const job of all) await services.jobs.create(job);
      jobs.set(partition, all);
      return all.map(({ id }) => id);
    },
    /** What the function does in its first minute. Answers how long it took. */
    async run() {
      const hash = schedulesHash(catalog.products);
      await runOnce(own, { graceMs, memory, schedules: { states, hash }, keptDays: 30 });
      return clock.now() - noon;
    },
    /** A round, at its minute. Answers how long it took. */
    async round() {
      round++;
      await clock.advance(Math.max(0, noon + round * roundMs - clock.now()));
      began = clock.now();
      if (lives || deadly !== undefined) memory = newMemory();
      const death = new Promise<void>((resolve) => {
        const own = { isDead: false, die: () => {} };
        own.die = () => {
          own.isDead = true;
          resolve();
        };
        process = own;
      });
      await Promise.race([reconcile(own, graceMs, memory), death]);
      return clock.now() - began;
    },
  };
}

const isAll = (seen: Int32Array) => seen.every((round) => round >= 0);
const missing = (seen: Int32Array) => [...seen.entries()].filter(([, round]) => round < 0).map(([at]) => at);

describe("a catalog of 10,000 products and envs, with 16 partitions each", () => {
  const products = 5000;

  it("is looked at within nine rounds, none of which is too long", async () => {
    const w = world({ products });
    const lost = await Promise.all([0, 77_777, 159_999].map((partition) => w.lose(partition)));
    const took: number[] = [];
    for (let round = 0; round < 9; round++) took.push(await w.round());
    expect(missing(w.scanned)).toEqual([]);
    expect(new Set(w.queue.sent.map(({ message }) => message.job_id))).toEqual(new Set(lost.flat()));
    expect(Math.max(...took)).toBeLessThan(longestRoundMs + 1000);
    // The second time around each is looked at again within as many rounds.
    w.scanned.fill(-1);
    for (let round = 0; round < 9; round++) await w.round();
    expect(missing(w.scanned)).toEqual([]);
  });

  it("has its schedules and hot minutes handled in each run", async () => {
    const w = world({ products });
    const took = await w.run();
    expect(took).toBeLessThan(functionsOf(registry).reconciler.timeoutSeconds * 1000 - 10_000);
    const [line] = w.log.lines.filter(({ message }) => message === "reconciled");
    expect(line?.measured?.values).toMatchObject({ hot_minutes: 0 });
    expect(line?.fields.partitions_left).toBeGreaterThan(100_000);
    expect(w.jobs.all()).toMatchObject([{ product: "p4999", env: "prd", schedule: { name: "nightly" } }]);
  });

  it("has its lines handled within two rounds", async () => {
    const w = world({ products });
    await w.round();
    await w.round();
    expect(missing(w.swept)).toEqual([]);
  });

  it("is looked at by processes that each die in their first round", async () => {
    const w = world({ products, lives: (round) => [25_000, 31_000, 38_500][round % 3] as number });
    for (let round = 0; round < 20 && !isAll(w.scanned); round++) await w.round();
    expect(missing(w.scanned)).toEqual([]);
    expect(missing(w.swept)).toEqual([]);
  });

  it("is looked at by processes that die before they note their place", async () => {
    const w = world({ products: 500, lives: () => 6000 });
    for (let round = 0; round < 20 && !isAll(w.scanned); round++) await w.round();
    expect(missing(w.scanned)).toEqual([]);
  });

  it("is looked at although one of its products has a backlog", async () => {
    const w = world({ products });
    const backlog: string[] = [];
    for (let partition = 64; partition < 80; partition++) backlog.push(...(await w.lose(partition, 500)));
    for (let round = 0; round < 18; round++) await w.round();
    expect(missing(w.scanned)).toEqual([]);
    expect(new Set(w.queue.sent.map(({ message }) => message.job_id))).toEqual(new Set(backlog));
  });
});

describe("a process that dies of what it reads", () => {
  it.each([0, 1700, 3199])("does not keep the next ones from all the rest (partition %i)", async (deadly) => {
    const w = world({ products: 100, deadly });
    for (let round = 0; round < 20; round++) await w.round();
    const left = missing(w.scanned);
    expect(left).toContain(deadly);
    // Some of the others that are read at the same time.
    expect(left.length).toBeLessThanOrEqual(16);
    expect(left.every((partition) => Math.abs(partition - deadly) < 16)).toBe(true);
  });
});

it("a small catalog has no place to note after a process' first round", async () => {
  const w = world({ products: 10 });
  for (let round = 0; round < 5; round++) await w.round();
  expect(w.roundPlaces.puts).toBe(2);
  expect(w.roundPlaces.place()).toEqual({ tries: 0 });
});
