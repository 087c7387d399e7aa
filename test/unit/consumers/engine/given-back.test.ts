import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../lambdas/consumers/types/feature/decisions.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { memoryOf } from "../../../../lambdas/core/operations/memory.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { job, ok, world } from "./world.ts";

describe("a batch whose inputs exceed the memory together", () => {
  const blob = JSON.stringify({ body: { text: "x".repeat(4_000_000) } });
  const large = () => job({ input: { blob: "inputs/1", bytes: blob.length } });

  it("runs some jobs and sends the others back with no attempt spent", async () => {
    const jobs = Array.from({ length: 10 }, large);
    const { blobs, queue, stored, ...services } = world(...jobs);
    await blobs.put("inputs/1", Buffer.from(blob), "application/json");
    const memory = memoryOf(256);
    let running = 0;
    let most = 0;
    const execute: Execute = async ({ input }) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return Object.keys(input);
    };
    const all = { ...services, blobs, queue };
    await Promise.all(jobs.map((one) => runJob(all, execute, aMessage(one), { memory })));
    const after = await Promise.all(jobs.map(({ id }) => stored(id)));
    expect(after.filter((one) => one?.status === "completed")).toHaveLength(1);
    const back = after.filter((one) => one?.status === "queued");
    expect(back).toHaveLength(9);
    for (const one of back) expect(one).toMatchObject({ attempt: 1, claims: 0, attempts: [] });
    expect(queue.sent).toHaveLength(9);
    expect(queue.sent).toContainEqual({
      type: "action",
      message: aMessage(back[0]),
      delaySeconds: 0,
      group: "my-product:prd",
    });
    expect(most).toBe(1);

    for (let batch = queue.sent.splice(0); batch.length > 0; batch = queue.sent.splice(0)) {
      await Promise.all(batch.map(({ message }) => runJob(all, execute, message, { memory })));
    }
    const done = await Promise.all(jobs.map(({ id }) => stored(id)));
    expect(done.map((one) => [one?.status, one?.attempts.length])).toEqual(jobs.map(() => ["completed", 1]));
  });

  it("leaves a woken feature parked, whose message wakes it again", async () => {
    const memory = memoryOf(256);
    memory.admit(large());
    const feature = aJob({
      ...large(),
      type: "feature",
      status: "running",
      started_at: noon,
      parked_since: noon,
      lease_until: 0,
      wake_at: noon + 60_000,
      progress: { inline: {} },
    });
    const services = fakeServices({ jobs: [feature], catalog });
    await runJob(services, ok, aMessage(feature), { memory, policy: decisionPolicy });
    const after = await services.jobs.get(feature.id);
    expect(after).toMatchObject({ status: "running", parked_since: noon, wake_at: noon + 60_000, claims: 0 });
    expect(after).not.toHaveProperty("claim_id");
    expect(services.queue.sent).toMatchObject([{ type: "feature", message: aMessage(feature) }]);
  });
});

describe("a claim that is given back because nothing has started", () => {
  const parent = { message: aMessage(), step: "main.a" };
  type World = ReturnType<typeof world>;

  function slowClaims({ jobs, clock }: World) {
    const { claim } = jobs;
    jobs.claim = async (...what) => {
      const answer = await claim(...what);
      await clock.sleep(12_000);
      return answer;
    };
    return () => Object.assign(jobs, { claim });
  }

  function failedReads({ jobs }: World) {
    const { get } = jobs;
    jobs.get = async (id) => {
      if (id === parent.message.job_id) throw throttled();
      return get(id);
    };
    return () => {
      jobs.get = async (id) => (id === parent.message.job_id ? aJob({ id, type: "feature" }) : get(id));
    };
  }

  function lostInputs({ blobs }: World) {
    const { get } = blobs;
    blobs.get = async () => {
      throw throttled();
    };
    return () => Object.assign(blobs, { get });
  }

  it.each([
    ["its answer came too late", slowClaims, job()],
    ["the feature could not be read", failedReads, job({ parent })],
    ["the input could not be read", lostInputs, job({ input: { blob: "inputs/large", bytes: 5000 } })],
  ])("is no crash, however often, if %s", async (_why, breaks, due) => {
    const w = world(due);
    await w.blobs.put("inputs/large", Buffer.from("{}"), "application/json");
    breaks(w);
    for (let i = 0; i < 5; i++) {
      const failed = expect(w.run(ok)).rejects.toThrow();
      await w.clock.advance(12_000);
      await failed;
      expect(await w.stored()).toMatchObject({ status: "queued", claims: 0 });
      for (const field of ["claim_id", "lease_until", "started_at"]) expect(await w.stored()).not.toHaveProperty(field);
    }
  });

  it("leaves the job to the next message", async () => {
    const w = world(job());
    const mend = slowClaims(w);
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    mend();
    await w.run(ok);
    expect(await w.stored()).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
    expect((await w.stored())?.attempts[0]).not.toHaveProperty("crashes");
  });

  it("keeps the crash before it counted", async () => {
    const w = world(
      job({ status: "running", claims: 2, claim_id: "dead", lease_until: noon - 1, started_at: noon - 9 }),
    );
    slowClaims(w);
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "running", lease_until: 0, claims: 2 });
    expect(await w.stored()).not.toHaveProperty("claim_id");
  });

  it("leaves a parked feature parked", async () => {
    const feature = job({ type: "feature", status: "running", lease_until: 0, parked_since: noon, wake_at: noon + 9 });
    const w = world(feature);
    slowClaims(w);
    const slow = expect(runJob(w, ok, aMessage(feature), { policy: decisionPolicy })).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "running", lease_until: 0, claims: 0, wake_at: noon + 9 });
    expect(await w.stored()).not.toHaveProperty("claim_id");
  });

  it("leaves a job cancelled that was cancelled meanwhile", async () => {
    const due = job();
    const w = world(due);
    const { claim } = w.jobs;
    w.jobs.claim = async (...what) => {
      const answer = await claim(...what);
      await w.clock.sleep(12_000);
      await w.jobs.replace(cancelled((await w.stored()) as Job, noon, "by request"));
      return answer;
    };
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "cancelled", reason: "by request" });
  });
});
