import type { Job } from "../../../lambdas/core/job/job.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { rollUpOf } from "../../../lambdas/reconciler/roll-up.ts";
import { aPause } from "../../support/a-pause.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const tenant = { product: "my-product", env: "prd" };
const waiting = (overrides: Partial<Job> = {}) =>
  aJob({ ...tenant, due_at: noon - graceMs, status: "queued", ...overrides });
const held = { lease_until: noon - 1, claim_id: "c", claims: 1 };

describe("what a round of the reconciler has found", () => {
  it("is what should have started or gone on, by what keeps it", async () => {
    const jobs = [
      waiting({ due_at: noon - 3 * graceMs }),
      waiting(),
      // A consumer that died has left it.
      waiting({ ...held, status: "running", due_at: noon - 9 * graceMs }),
      // One that is at work, one that comes late but not by the grace, and one whose time has not come.
      waiting({ ...held, status: "running", lease_until: noon }),
      waiting({ due_at: noon - graceMs + 1 }),
      waiting({ due_at: noon + graceMs }),
      waiting({ gates: [{ limit: "customer", key: "C-1" }] }),
      waiting({ env: "dev", event: "paused_event" }),
      waiting({ env: "dev", status: "completed" }),
    ];
    const services = fakeServices({ catalog, jobs });
    await services.pauses.put(aPause({ product: "my-product", event: "paused_event" }));
    await reconcile(services);
    expect(await services.rollUps.get()).toEqual({
      at: noon,
      tenants: [
        { ...tenant, late: 3, limited: 1, held: 0, oldest: noon - 3 * graceMs },
        { ...tenant, env: "dev", late: 0, limited: 0, held: 1 },
      ],
      others: 0,
      left: 0,
    });
  });

  it("is nothing once all has run", async () => {
    const services = fakeServices({ catalog, jobs: [waiting()] });
    const memory = newMemory();
    await reconcile(services, graceMs, memory);
    expect((await services.rollUps.get())?.tenants).toHaveLength(1);
    const [job] = services.jobs.all();
    await services.jobs.replace({ ...(job as Job), status: "completed", version: 2 });
    await services.clock.advance(graceMs);
    await reconcile(services, graceMs, memory);
    expect(await services.rollUps.get()).toEqual({ at: noon + graceMs, tenants: [], others: 0, left: 0 });
  });

  it("says nothing of what is paused as a whole: the pause does", async () => {
    const services = fakeServices({ catalog, jobs: [waiting()] });
    const memory = newMemory();
    await reconcile(services, graceMs, memory);
    await services.pauses.put(aPause({ product: "my-product" }));
    await services.clock.advance(graceMs);
    await reconcile(services, graceMs, memory);
    expect((await services.rollUps.get())?.tenants).toEqual([]);
  });

  it("counts the first page of each partition, and says that there are more", async () => {
    const jobs = Array.from({ length: 101 }, (_, n) => waiting({ id: `job_${n.toString(16).padStart(31, "0")}0` }));
    const services = fakeServices({ catalog, jobs });
    await reconcile(services);
    expect((await services.rollUps.get())?.tenants).toMatchObject([{ late: 100, more: true }]);
  });

  it("does not hold up the round where it cannot be noted", async () => {
    const services = fakeServices({ catalog, jobs: [waiting()] });
    services.rollUps.put = async () => Promise.reject(new Error("throttled"));
    expect(await reconcile(services)).toMatchObject({ dispatched: 1, failed: 0 });
  });

  it("forgets what has left the catalog", async () => {
    const services = fakeServices({ catalog, jobs: [] });
    const memory = newMemory();
    memory.states.set("gone#prd#0", { product: "gone", env: "prd", late: 7, limited: 0, held: 0 });
    await reconcile(services, graceMs, memory);
    expect((await services.rollUps.get())?.tenants).toEqual([]);
  });

  it("has the latest first, and at most 2,000", () => {
    const states = Array.from({ length: 2001 }, (_, n) => ({
      ...{ product: `p${n}`, env: "prd", late: n % 2, limited: 0, held: 1 - (n % 2) },
      ...(n % 2 === 1 && { oldest: noon - n }),
    }));
    const { tenants, others } = rollUpOf(new Map(states.map((state) => [state.product, state])));
    expect([tenants.length, others]).toEqual([2000, 1]);
    expect(tenants.slice(0, 2).map(({ product }) => product)).toEqual(["p1999", "p1997"]);
    expect(tenants.at(-1)?.late).toBe(0);
  });
});
