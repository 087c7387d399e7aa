import type { Job } from "../../../lambdas/core/job/job.ts";
import { pauseKnownMs } from "../../../lambdas/core/job/pause.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { aPause } from "../../support/a-pause.ts";
import { aJob, noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const product = "my-product";
const late = (overrides: Partial<Job> = {}) =>
  aJob({ product, event: "create_order", due_at: noon - graceMs, status: "scheduled", ...overrides });
const idsOf = ({ queue }: ReturnType<typeof fakeServices>) => queue.sent.map(({ message }) => message.job_id);

it("the reconciler sends nothing that a pause holds", async () => {
  const other = late({ env: "dev" });
  const services = fakeServices({ catalog, jobs: [late(), other] });
  await services.pauses.put(aPause({ product, env: "prd" }));
  const envs = new Set<string>();
  const { page } = services.jobs;
  services.jobs.page = async (query, after) => {
    envs.add(query.env);
    return page(query, after);
  };
  await reconcile(services);
  expect(idsOf(services)).toEqual([other.id]);
  expect([...envs]).toEqual(["dev"]);
});

it("the reconciler sends a product's other events where one is paused", async () => {
  const other = late({ event: "other" });
  const services = fakeServices({ catalog, jobs: [late(), other] });
  await services.pauses.put(aPause({ product, event: "create_order" }));
  await reconcile(services);
  expect(idsOf(services)).toEqual([other.id]);
});

it("the reconciler sends jobs of other keys, and without limits, where a key is paused", async () => {
  const gates = (key: string) => ({ gates: [{ limit: "customer", key }] });
  const [held, other, plain] = [late(gates("C-7")), late(gates("C-8")), late()];
  const services = fakeServices({ catalog, jobs: [held, other, plain] });
  await services.pauses.put(aPause({ product, limit: "customer", key: "C-7" }));
  await reconcile(services);
  expect(idsOf(services).sort()).toEqual([other.id, plain.id].sort());
});

it("the reconciler ends a pause whose time is over", async () => {
  const services = fakeServices({ catalog, jobs: [late()] });
  await services.pauses.put(aPause({ product, until: noon - 5000 }));
  await reconcile(services);
  expect(await services.pauses.list()).toMatchObject([{ ended_at: noon - 5000, drain: { sent: 1 } }]);
  expect(services.queue.sent).toMatchObject([{ delaySeconds: (pauseKnownMs - 5000) / 1000 }]);
});

it("the reconciler sends each job after a pause once and at its turn", async () => {
  const jobs = Array.from({ length: 400 }, (_, i) => late({ due_at: noon - 600_000 + i }));
  const services = fakeServices({ catalog, jobs });
  const memory = newMemory();
  await services.pauses.put(aPause({ product, drain_per_second: 1 }));
  for (let minute = 0; minute < 3; minute++) {
    await reconcile(services, graceMs, memory);
    await services.clock.advance(60_000);
  }
  expect(services.queue.sent).toEqual([]);
  const [pause] = await services.pauses.list();
  if (!pause) throw new Error("there is no pause");
  await services.pauses.put({ ...pause, ended_at: services.clock.now(), version: 2 }, pause);
  for (let minute = 0; minute < 10; minute++) {
    // Its Lambda starts afresh now and then.
    await reconcile(services, graceMs, minute % 4 === 0 ? newMemory() : memory);
    // What is sent runs at its time.
    await services.clock.advance(60_000);
  }
  expect(new Set(idsOf(services)).size).toBe(400);
  expect((await services.pauses.list())[0]?.drain?.sent ?? 400).toBe(400);
});

it("the reconciler goes on where pauses cannot be read", async () => {
  const services = fakeServices({ catalog, jobs: [late()] });
  services.pauses.list = async () => {
    throw new Error("forbidden");
  };
  expect(await reconcile(services)).toMatchObject({ dispatched: 1 });
  expect(services.log.lines).toContainEqual(expect.objectContaining({ message: "the pauses could not be read" }));
});
