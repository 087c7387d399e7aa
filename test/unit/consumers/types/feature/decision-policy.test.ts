import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { retryAt } from "../../../../../lambdas/consumers/types/feature/retry-decision.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { parked } from "../../../../../lambdas/core/job/transitions.ts";
import { TransientError } from "../../../../../lambdas/core/kernel/errors.ts";
import { type Execute, type ExecuteWithServices, Parked } from "../../../../../lambdas/core/operations/execution.ts";
import type { ConsumerServices } from "../../../../../lambdas/core/operations/services.ts";
import { aJob, aMessage, noon } from "../../../../support/builders.ts";
import { catalog } from "../../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../../support/fakes/services.ts";

const ok: Execute = async () => ({ ok: true });
const aFeature = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });

describe("a decision", () => {
  const deciding = () => aFeature({ status: "running", claim_id: "c", lease_until: noon + 9000, claims: 1 });
  const wake = (services: ConsumerServices, due: Job, execute: ExecuteWithServices = ok) =>
    runJob(services, execute, aMessage(due), { policy: decisionPolicy });

  it("that wake-ups meet has another one requested in one write without a message", async () => {
    const due = deciding();
    const services = fakeServices({ jobs: [due], catalog });
    const stored = () => services.jobs.get(due.id);
    for (let i = 0; i < 100; i++) await wake(services, due);
    expect(await stored()).toEqual({
      ...due,
      wake_requested: true,
      version: due.version + 1,
      write_id: expect.anything(),
    });
    expect(services.queue.sent).toEqual([]);
  });

  it("that another one was requested for makes that one at once, and only one", async () => {
    const due = aFeature();
    const services = fakeServices({ jobs: [due], catalog });
    const stored = () => services.jobs.get(due.id);
    const meanwhile = async () => {
      for (let i = 0; i < 3; i++) await wake(services, due);
      return new Parked({}, noon + 60_000);
    };
    await wake(services, due, meanwhile);
    expect(services.queue.sent).toMatchObject([{ delaySeconds: 0, message: { job_id: due.id } }]);
    const after = await stored();
    expect(after).toMatchObject({ status: "running", wake_at: noon + 60_000 });
    expect(after).not.toHaveProperty("wake_requested");
  });

  it("that ends its feature makes no requested one", async () => {
    const due = aFeature();
    const services = fakeServices({ jobs: [due], catalog });
    const stored = () => services.jobs.get(due.id);
    await wake(services, due, async () => {
      await wake(services, due);
      return "done";
    });
    expect(services.queue.sent).toEqual([]);
    const after = await stored();
    expect(after).toMatchObject({ status: "completed" });
    expect(after).not.toHaveProperty("wake_requested");
  });

  it("that ends before another is requested is followed by the wake-up's", async () => {
    const due = deciding();
    const services = fakeServices({ jobs: [due], catalog });
    const stored = () => services.jobs.get(due.id);
    const { replace } = services.jobs;
    services.jobs.replace = async (next) => {
      services.jobs.replace = replace;
      await replace(parked(due, { inline: {} }, noon + 60_000));
      return replace(next);
    };
    await wake(services, due);
    expect(await stored()).toMatchObject({ status: "completed" });
  });

  it("that has not begun in time is no crash and is retried", async () => {
    const feature = aFeature({ input: { blob: "inputs/large", bytes: 5000 } });
    const w = fakeServices({ jobs: [feature], catalog });
    w.blobs.get = async () => {
      await w.clock.sleep(feature.timeout_ms + 1);
      return Buffer.from("{}");
    };
    const deciding = runJob(w, ok, aMessage(feature), { policy: decisionPolicy });
    await w.clock.advance(feature.timeout_ms + 1);
    await deciding;
    const after = await w.jobs.get(feature.id);
    expect(after).toMatchObject({ claims: 0, retry_decision_at: noon + feature.timeout_ms + 5000 });
    // It waited for AWS, which is no fault of the scheduler: it does not count towards the hour after which a feature fails.
    expect(after).not.toHaveProperty("failing_since");
  });

  it("that fails its feature because a step timed out is not timed out itself", async () => {
    const due = aFeature();
    const services = fakeServices({ jobs: [due], catalog });
    const stored = () => services.jobs.get(due.id);
    const fails: Execute = async () => {
      throw new JobError("TIMEOUT", "Step main.call failed: it took too long", { retryable: false });
    };
    await runJob(services, fails, aMessage(due), { policy: decisionPolicy });
    expect(await stored()).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
  });
});

describe("a retried decision counts as a redelivered message when", () => {
  const refused: ExecuteWithServices = async ({ job }) => new Parked({}, noon + 60_000, retryAt(job, noon));
  const broken: ExecuteWithServices = async () => {
    throw new Error("s3cret");
  };
  const throttled: ExecuteWithServices = async () => {
    throw new TransientError("ThrottlingException", "s3cret");
  };
  test.each([
    ["AWS has refused a step", refused, []],
    ["AWS refused it", throttled, ["AWS refused a decision; it will be retried"]],
    ["it failed through a fault of the scheduler", broken, ["decision failed; it will be retried"]],
  ])("%s", async (_why, execute, said) => {
    const job = aFeature();
    const services = fakeServices({ jobs: [job], catalog });
    await runJob(services, execute, aMessage(job), { policy: decisionPolicy });
    const { lines } = services.log;
    expect(lines.filter(({ level }) => /warn|error/.test(level)).map(({ message }) => message)).toEqual(said);
    expect(lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { messages_failed: 1 } }]);
    expect(JSON.stringify(lines)).not.toContain("s3cret");
  });

  it("only one of several messages finds it", async () => {
    const job = aFeature({ status: "running", parked_since: noon, lease_until: 0, retry_decision_at: noon + 5000 });
    const services = fakeServices({ jobs: [job], catalog });
    await runJob(services, refused, aMessage(job), { policy: decisionPolicy });
    expect(services.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([]);
  });
});
