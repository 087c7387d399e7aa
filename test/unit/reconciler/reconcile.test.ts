import { catalog } from "../../../lambdas/consumers/catalog.ts";
import type { Job } from "../../../lambdas/core/job.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const late = (overrides: Partial<Job> = {}) =>
  aJob({ product: "my-product", due_at: noon - graceMs, status: "scheduled", ...overrides });

describe("the reconciler", () => {
  it("hands over again what is overdue, and leaves what is not", async () => {
    const lost = late();
    const services = fakeServices({
      catalog,
      jobs: [lost, late({ due_at: noon - graceMs + 1 }), late({ due_at: noon + 1 })],
    });
    expect(await reconcile(services)).toEqual({ looked: 1, dispatched: 1, failed: 0 });
    expect(services.queue.sent).toMatchObject([{ message: { job_id: lost.id }, delaySeconds: 0 }]);
  });

  it("hands over again a running job whose lease has ended, and leaves one that lives", async () => {
    const crashed = late({ status: "running", lease_until: noon - 1, claim_id: "c", claims: 1 });
    const alive = late({ status: "running", lease_until: noon, claim_id: "c", claims: 1 });
    const services = fakeServices({ catalog, jobs: [crashed, alive] });
    await reconcile(services);
    expect(services.queue.sent.map(({ message }) => message.job_id)).toEqual([crashed.id]);
  });

  it("looks at every product, env and shard, in pages", async () => {
    const jobs = ["dev", "prd"].flatMap((env) => Array.from({ length: 300 }, () => late({ env })));
    const services = fakeServices({ catalog, jobs });
    expect(await reconcile(services)).toMatchObject({ dispatched: 600 });
  });

  it("does not stop at a job that AWS refuses", async () => {
    const services = fakeServices({ catalog, jobs: [late(), late()] });
    const { send } = services.queue;
    services.queue.send = async () => {
      services.queue.send = send;
      throw new Error("throttled");
    };
    expect(await reconcile(services)).toEqual({ looked: 2, dispatched: 1, failed: 1 });
  });
});
