import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import {
  cancel,
  cancelJob,
  changeJob,
  deleteJob,
  retry,
  revive,
} from "../../../../../lambdas/core/operations/change-job.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";

describe("cancelling a feature", () => {
  it("cancels its steps, and none starts after", async () => {
    const w = world({
      onboard: {
        sequences: {
          main: [
            { event: "create", input: {}, delay: 3_600_000 },
            { event: "mail", input: {} },
          ],
        },
      },
    });
    const id = await w.start();
    await w.settle();
    await cancelJob(w, id, "by request");
    expect(w.jobs.all().map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    expect(w.scheduler.schedules.size).toBe(0);
    await w.settle();
    expect(w.ran).toEqual([]);
  });

  it("again reaches the steps that AWS had refused before", async () => {
    const w = world({ onboard: { sequences: { main: [{ event: "create", input: {}, delay: 3_600_000 }] } } });
    const id = await w.start();
    await w.settle();
    const { replace } = w.jobs;
    w.jobs.replace = async (job) => {
      if (job.id === id) return replace(job);
      throw throttled();
    };
    await expect(changeJob(w, id, cancel("by request"))).rejects.toThrow("throttled");
    Object.assign(w.jobs, { replace });
    await changeJob(w, id, cancel("by request"));
    expect(w.jobs.all().map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
  });

  it("during a decision cancels that decision's steps", async () => {
    const w = world({ onboard: { sequences: { main: [{ event: "create", input: {}, delay: 3_600_000 }] } } });
    const id = await w.start();
    const { create } = w.jobs;
    w.jobs.create = async (job) => {
      const created = await create(job);
      await cancelJob(w, id, "by request");
      return created;
    };
    await w.settle();
    expect(w.jobs.all().map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
  });
});

describe("a step that its feature does not know", () => {
  const creating = (ms: number): FeatureTarget => ({
    sequences: { main: [{ event: "create", input: {}, delay: ms }] },
  });

  /** A decision that ends with its Lambda once it has created a step, after `meanwhile`. Answers the step. */
  async function diesDeciding(w: ReturnType<typeof world>, meanwhile = async () => {}): Promise<Job> {
    const { create } = w.jobs;
    const died = new Promise<Job>((resolve) => {
      w.jobs.create = async (job) => {
        w.jobs.create = create;
        await meanwhile();
        await create(job);
        resolve(job);
        return new Promise(() => {});
      };
    });
    for (const { message } of w.queue.sent.splice(0))
      void runJob(w, decide, message, { policy: decisionPolicy }).catch(() => {});
    return died;
  }
  const handOver = (w: ReturnType<typeof world>, step: Job) =>
    w.queue.send(step.type, jobMessageOf(step), { delaySeconds: 0, group: "g" });

  it.each([
    ["before the decision was kept", false],
    ["while it was made", true],
  ])("does not run when the feature was cancelled %s and the decider died", async (_when, during) => {
    const w = world({ onboard: creating(0) });
    const id = await w.start();
    const cancel = async () => void (await cancelJob(w, id, "by request"));
    const step = await diesDeciding(w, during ? cancel : undefined);
    if (!during) await cancel();
    await handOver(w, step);
    await w.settle();
    expect(w.ran).toEqual([]);
    expect(await w.jobs.get(step.id)).toMatchObject({ status: "cancelled", reason: "its feature is over" });
  });

  it("does not run when the feature was deleted", async () => {
    const w = world({ onboard: creating(0) });
    const id = await w.start();
    const step = await diesDeciding(w);
    await cancelJob(w, id, "by request");
    await deleteJob(w, id);
    await handOver(w, step);
    await w.settle();
    expect(w.ran).toEqual([]);
  });

  it("does not run for a later feature under the deleted one's id", async () => {
    const w = world({ onboard: creating(0) });
    const again = { idempotency_key: "customer-1" };
    const id = await w.start("onboard", {}, again);
    const step = await diesDeciding(w);
    await cancelJob(w, id, "by request");
    await deleteJob(w, id);
    await w.clock.advance(1);
    await w.start("onboard", {}, again);
    await handOver(w, step);
    await w.settle();
    expect(await w.jobs.get(step.id)).toMatchObject({ status: "cancelled", reason: "its feature is over" });
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
    expect(w.ran).toHaveLength(1);
  });

  it("cancels what it has started if it is a feature itself", async () => {
    const w = world({ onboard: { sequences: { main: [{ event: "inner" }] } }, inner: creating(3_600_000) });
    const id = await w.start();
    const inner = await diesDeciding(w);
    await handOver(w, inner);
    await w.settle();
    expect(w.jobs.all().map(({ status }) => status)).toEqual(["running", "running", "scheduled"]);
    await cancelJob(w, id, "by request");
    await handOver(w, inner);
    await w.settle();
    expect(w.jobs.all().map(({ status }) => status)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  it("runs when it is retried after its feature has failed", async () => {
    let broken = true;
    const w = world(
      { onboard: creating(0) },
      {
        create: () => {
          if (broken) throw new JobError("NOT_FOUND", "no account");
          return {};
        },
      },
    );
    const feature = await w.run();
    expect(feature).toMatchObject({ status: "failed" });
    broken = false;
    const step = stepsOf(feature)["main.create"]?.job_id ?? "";
    await changeJob(w, step, retry(0));
    await w.settle();
    expect(await w.jobs.get(step)).toMatchObject({ status: "completed" });
  });

  it("is cancelled with its feature where a retry has revived it, and no decision of that is recorded", async () => {
    const create = () => {
      throw new JobError("NOT_FOUND", "no account");
    };
    const w = world({ onboard: creating(0) }, { create });
    const failed = await w.run();
    const step = await w.jobs.get(stepsOf(failed)["main.create"]?.job_id ?? "");
    if (!failed || !step?.parent) throw new Error("no step");
    await changeJob(w, failed.id, retry(0));
    const { parent } = step;
    await changeJob(w, step.id, revive({ ...parent, message: { ...parent.message, attempt: 2 } }));
    await changeJob(w, failed.id, cancel("by request"));
    expect(await w.jobs.get(step.id)).toMatchObject({ status: "cancelled", reason: "by request" });
  });

  it("does not run for a retry of its feature that has failed without it, until a caller retries it", async () => {
    let broken = true;
    const create = () => {
      if (broken) throw new JobError("NOT_FOUND", "no account");
      return {};
    };
    const w = world({ onboard: creating(0) }, { create });
    const failed = await w.run();
    const step = await w.jobs.get(stepsOf(failed)["main.create"]?.job_id ?? "");
    if (!failed || !step?.parent) throw new Error("no step");
    const { parent } = step;
    const reviveStep = (attempt: number) =>
      changeJob(w, step.id, revive({ ...parent, message: { ...parent.message, attempt } }));
    await changeJob(w, failed.id, retry(0));
    // The decision that has revived it dies, and the next ones fail before they see it.
    const revived = await reviveStep(2);
    w.queue.sent.splice(0);
    await changeJob(w, failed.id, (job, now) => ({
      ...job,
      version: job.version + 1,
      status: "failed",
      finished_at: now,
    }));
    await handOver(w, revived);
    await w.settle();
    expect(w.ran).toHaveLength(1);
    expect(await w.jobs.get(step.id)).toMatchObject({ status: "cancelled", reason: "its feature is over" });

    await changeJob(w, failed.id, retry(0));
    await w.settle();
    expect(w.ran).toHaveLength(2);
    broken = false;
    await changeJob(w, step.id, retry(0));
    await w.settle();
    expect(await w.jobs.get(step.id)).toMatchObject({ status: "completed" });
  });
});
