import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import { type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { noon } from "../../../../support/builders.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { featureWorld } from "../../../../support/feature-world.ts";

const second = 1000;
const hour = 3_600_000;

/** A feature with a step that waits for long, whose decisions meet an error at every read of its steps. */
async function failing(error: () => Error) {
  const later = { event: "create", input: {}, delay: 30 * 24 * hour };
  const w = featureWorld({ onboard: { sequences: { main: [later] } } });
  const id = await w.start();
  await w.settle();
  const { getMany } = w.jobs;
  w.jobs.getMany = async () => {
    throw error();
  };
  const feature = async () => (await w.jobs.get(id)) as Job;
  const message = jobMessageOf(await feature());
  const decideOnce = () => runJob(w, decide, message, { policy: decisionPolicy, random: () => 0 });
  /** Delivers what wakes the feature, at its time, until nothing is left; answers the delays in seconds. */
  async function goOn(until = noon + 24 * hour) {
    const delays: number[] = [];
    await decideOnce();
    const isOpen = async () => (await feature()).status === "running" && w.clock.now() < until;
    while (await isOpen()) {
      const [next] = w.queue.sent.splice(0);
      if (!next) throw new Error("nothing asks for another decision");
      delays.push(next.delaySeconds);
      await w.clock.advance(next.delaySeconds * second);
      await decideOnce();
    }
    return delays;
  }
  return { ...w, feature, goOn, decideOnce, mend: () => Object.assign(w.jobs, { getMany }) };
}

describe("a decision that fails through a fault of the scheduler", () => {
  const ours = () => new TypeError("a bug that quotes s3cret");

  it("is retried at growing intervals", async () => {
    const { goOn } = await failing(ours);
    expect(await goOn()).toEqual([5, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
  });

  it("fails its feature after an hour, however often AWS refuses it in between", async () => {
    let decisions = 0;
    const { goOn, feature, clock } = await failing(() => (decisions++ % 2 === 0 ? ours() : throttled()));
    await goOn();
    expect(await feature()).toMatchObject({ status: "failed", error: { code: "CRASHED" } });
    expect(clock.now() - noon).toBeLessThan(3 * hour);
  });

  it("survives an outage of AWS that comes after the first failure", async () => {
    let error: Error = ours();
    const { goOn, feature, clock } = await failing(() => error);
    await goOn(noon + second);
    error = throttled();
    await goOn(noon + 3 * hour);
    error = ours();
    await goOn(clock.now() + second);
    expect(await feature()).toMatchObject({ status: "running" });
  });

  it("fails its feature after an hour with a stable code, and cancels its open steps", async () => {
    const w = await failing(ours);
    await w.goOn();
    const job = await w.feature();
    expect(job).toMatchObject({ status: "failed", error: { code: "CRASHED", retryable: false } });
    expect(job.error?.message).toMatch(/60 minutes.*consumer-feature/);
    expect(JSON.stringify(job)).not.toContain("s3cret");
    expect(job).not.toHaveProperty("failing_since");
    expect(w.jobs.all().map(({ event, status }) => `${event} ${status}`)).toEqual([
      "onboard failed",
      "create cancelled",
    ]);
  });

  it("is forgotten once a decision succeeds", async () => {
    const w = await failing(ours);
    await w.decideOnce();
    expect(await w.feature()).toMatchObject({ failing_since: noon });
    w.mend();
    await w.decideOnce();
    expect(await w.feature()).toMatchObject({ status: "running" });
    expect(await w.feature()).not.toHaveProperty("failing_since");
  });
});

it("a decision that AWS refuses is retried every few seconds", async () => {
  const w = await failing(throttled);
  const delays = await w.goOn(noon + 3 * hour);
  expect(new Set(delays)).toEqual(new Set([5]));
  expect(await w.feature()).toMatchObject({ status: "running" });
  w.mend();
  await w.decideOnce();
  expect(await w.feature()).not.toHaveProperty("retry_decision_at");
});
