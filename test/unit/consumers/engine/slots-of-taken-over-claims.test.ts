import { jest } from "@jest/globals";
import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import type { Limit } from "../../../../lambdas/core/catalog/limit.ts";
import { jobMessageOf } from "../../../../lambdas/core/job/job.ts";
import { type Execute, Parked } from "../../../../lambdas/core/operations/execution.ts";
import { aJob, noon } from "../../../support/builders.ts";
import { action } from "../../../support/catalog/action.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const slot = { limit: "workers", key: "" };

/** A job that needs the only slot of each of its limits, and one that needs that of the last of them. */
const slotted = (...names: string[]) =>
  limited(Object.fromEntries(["workers", ...names].map((name) => [name, { concurrency: 1 }])));

function limited(limits: Record<string, Limit>) {
  const product = { tag: "shop", envs: ["prd"], ...action, limits } as unknown as Product;
  const gates = Object.keys(limits).map((limit) => ({ limit, key: "" }));
  const shared = { event: "create_order", timeout_ms: 10_000, due_at: noon };
  const [job, other] = [aJob({ ...shared, gates }), aJob({ ...shared, gates: gates.slice(-1) })];
  const services = fakeServices({ catalog: makeCatalog([product], registry), jobs: [job, other] });
  const run = (execute: Execute, of = job) => runJob(services, execute, jobMessageOf(of), { random: () => 0.5 });
  const holders = async () => {
    const { parts } = await services.gates.look({ product: "shop", env: "prd", ...slot }, { limit: 1 });
    return parts[0]?.count ?? 0;
  };
  return { ...services, run, holders, other };
}

/** An execution that ends when it is told to. */
function held(outcome: unknown = "done") {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const execute: Execute = async () => {
    start();
    await promise;
    return outcome;
  };
  return { execute, started, end: resolve };
}

describe("the slot of an attempt that another consumer has taken over", () => {
  it("is not that of a consumer that had read the job before the first claim", async () => {
    const w = slotted();
    const { take } = w.gates;
    const { replace } = w.jobs;
    const [reading, writing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // The duplicate reads the waiting job, and its call of the gate takes most of a minute.
    w.gates.take = async (...asked) => {
      w.gates.take = take;
      await reading.promise;
      return take(...asked);
    };
    const duplicate = w.run(async () => expect("a start").toBe("none"));
    await new Promise((resolve) => setImmediate(resolve));
    // The first claim runs the job, and its consumer is suspended before it writes the outcome.
    w.jobs.replace = async (next) => {
      w.jobs.replace = replace;
      await writing.promise;
      return replace(next);
    };
    const suspended = w.run(async () => "done");
    await new Promise((resolve) => setImmediate(resolve));
    await w.clock.advance(60_000);
    reading.resolve();
    await expect(duplicate).rejects.toThrow("have not been asked");
    const again = held();
    const running = w.run(again.execute);
    await again.started;
    writing.resolve();
    await suspended;
    expect(await w.holders()).toBe(1);
    again.end();
    await running;
    expect(await w.holders()).toBe(0);
    expect(w.jobs.all()[0]).toMatchObject({ status: "completed", attempts: [{ crashes: 1 }] });
  });

  it("stays with the next decision's consumer when the one before frees it late", async () => {
    const w = slotted();
    const next = held();
    const { release } = w.gates;
    let deciding: Promise<void> | undefined;
    w.gates.release = async (...asked) => {
      w.gates.release = release;
      await w.clock.advance(10);
      deciding = w.run(next.execute);
      await next.started;
      return release(...asked);
    };
    await w.run(async () => new Parked({ inline: {} }, noon + 60_000));
    expect(await w.holders()).toBe(1);
    next.end();
    await deciding;
    expect(await w.holders()).toBe(0);
  });
});

describe("the slot that two consumers of one attempt share", () => {
  it("is left by the consumer that another limit refuses", async () => {
    const w = slotted("writers");
    const [blocker, passing] = [held(), held()];
    const blocking = w.run(blocker.execute, w.other);
    await blocker.started;
    const { promise: hangs, resolve: goOn } = Promise.withResolvers<void>();
    const { take, stand } = w.gates;
    w.gates.take = async (...asked) => {
      if (asked[0].limit === "writers") {
        w.gates.take = take;
        await hangs;
      }
      return take(...asked);
    };
    const first = w.run(passing.execute);
    await new Promise((resolve) => setImmediate(resolve));
    await w.clock.advance(10);
    w.gates.stand = async (...asked) => {
      w.gates.stand = stand;
      blocker.end();
      await blocking;
      goOn();
      await passing.started;
      await stand(...asked);
    };
    await w.run(async () => expect("a second start").toBe("none"));
    expect(await w.holders()).toBe(1);
    passing.end();
    await first;
    expect(await w.holders()).toBe(0);
  });
});

describe("a job that is claimed much later than read", () => {
  it("asks its gates again, so that its slot lasts as long as its claim", async () => {
    const w = slotted();
    const only = held();
    const { recent } = w.pauses;
    let reads = 0;
    w.pauses.recent = async () => {
      if (++reads === 2) await w.clock.advance(15_000);
      return recent();
    };
    const running = w.run(only.execute);
    await only.started;
    const { parts } = await w.gates.look({ product: "shop", env: "prd", ...slot }, { limit: 1 });
    const [holder] = Object.values(parts[0]?.holders ?? {});
    expect(holder?.lease).toBeGreaterThanOrEqual(w.jobs.all()[0]?.lease_until ?? Number.POSITIVE_INFINITY);
    only.end();
    await running;
    expect(await w.holders()).toBe(0);
  });
});

describe("the lease of a slot that a consumer takes", () => {
  afterEach(() => jest.restoreAllMocks());

  // A given slot has the lease of a whole millisecond: of the same one, the two would be taken for one write that was repeated.
  it.each(["0000", "03ff", "07fe", "ffff"])("is of no whole millisecond, whatever chance says: %s", async (chance) => {
    const { randomUUID } = crypto;
    jest.spyOn(crypto, "randomUUID").mockImplementation(() => {
      const [, ...others] = randomUUID.call(crypto).split("-");
      return `${chance}0000-${others.join("-")}` as ReturnType<typeof randomUUID>;
    });
    const w = slotted();
    const { take } = w.gates;
    const leases: number[] = [];
    w.gates.take = (part, ask) => {
      leases.push(ask.slot?.lease ?? 0);
      return take(part, ask);
    };
    await w.run(async () => "done");
    expect(leases).toEqual([expect.any(Number)]);
    expect(Number.isInteger(leases[0])).toBe(false);
  });
});

describe("the slot of an attempt that has been claimed", () => {
  it("is not freed by an earlier duplicate that another limit refuses", async () => {
    const w = limited({ workers: { concurrency: 1 }, calls: { rate: { limit: 1, period: "1m" } } });
    const { take } = w.gates;
    const asking = Promise.withResolvers<void>();
    // The duplicate has the slot, and its call of the other gate hangs.
    w.gates.take = async (part, ask) => {
      if (part.limit === "workers") return take(part, ask);
      w.gates.take = take;
      await asking.promise;
      return take(part, ask);
    };
    const duplicate = w.run(async () => expect("a start").toBe("none"));
    await new Promise((resolve) => setImmediate(resolve));
    const attempt = held();
    const running = w.run(attempt.execute);
    await attempt.started;
    asking.resolve();
    await duplicate;
    expect(await w.holders()).toBe(1);
    attempt.end();
    await running;
    expect(await w.holders()).toBe(0);
  });
});
