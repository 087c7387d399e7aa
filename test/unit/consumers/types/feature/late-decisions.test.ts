import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { type Job, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import type { ConsumerServices } from "../../../../../lambdas/core/operations/services.ts";
import { anExecution, unclaimed } from "../../../../support/an-execution.ts";
import { noon } from "../../../../support/builders.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { featureWorld, stepsOf } from "../../../../support/feature-world.ts";

/** Two steps at once, one of which is to be later than the other; both have `$Now` in their requests. */
const pair: FeatureTarget = {
  sequences: {
    main: [
      { event: "create", input: { body: { at: "$Now" } } },
      { event: "mail", input: { body: { at: "$Now" } } },
    ],
    side: [{ event: "charge", input: {}, delay: 3_600_000 }],
  },
};

const asFeature = { policy: decisionPolicy, random: () => 0 };
const lease = 50_000;

/** The services of another Lambda, one of whose calls stands still until it is let go. */
function withFrozen<Name extends "getMany" | "create" | "remove">(services: ConsumerServices, method: Name) {
  let thaw = () => {};
  const frozen = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  let reached = () => {};
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let calls = 0;
  const call = services.jobs[method] as (...args: unknown[]) => Promise<unknown>;
  const jobs = {
    ...services.jobs,
    [method]: async (...args: unknown[]) => {
      calls++;
      if (calls > 1) return call(...args);
      const answer = method === "getMany" ? await call(...args) : undefined;
      reached();
      await frozen;
      return answer ?? call(...args);
    },
  };
  return { services: { ...services, jobs }, thaw: () => thaw(), isReached };
}

/** A feature that waits for its first decision. */
async function started() {
  const w = featureWorld({ pair });
  const id = await w.start("pair");
  const [first] = w.queue.sent.splice(0);
  if (!first) throw new Error("nobody was sent the feature's message");
  const steps = () =>
    w.jobs
      .all()
      .filter(({ parent }) => parent)
      .map(({ event, status }) => `${event} ${status}`)
      .sort();
  return { ...w, id, message: first.message, steps, feature: async () => (await w.jobs.get(id)) as Job };
}

describe("a decision that continues after its time is up", () => {
  it.each(["getMany", "create"] as const)(
    "recognises its successor's steps, and cancels none (stood still at %s)",
    async (method) => {
      const w = await started();
      const late = withFrozen(w, method);
      const first = runJob(late.services, decide, w.message, asFeature).catch((error: Error) => error);
      await late.isReached;
      await w.clock.advance(lease + 1);
      expect(await first).toMatchObject({ code: "TIMEOUT" });
      await runJob(w, decide, w.message, asFeature);
      const before = await w.feature();
      late.thaw();
      await w.clock.advance(1);
      expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
      expect(await w.feature()).toEqual(before);
    },
  );

  it("leaves a step that it has started to its successor", async () => {
    const w = await started();
    const late = withFrozen(w, "create");
    const first = runJob(late.services, decide, w.message, asFeature).catch((error: Error) => error);
    await late.isReached;
    await w.clock.advance(lease + 1);
    await first;
    // Its request was under way, and is there first.
    const { getMany } = w.jobs;
    w.jobs.getMany = async (ids) => {
      const none = await getMany(ids);
      late.thaw();
      await Promise.resolve();
      await w.clock.advance(1);
      return none;
    };
    await runJob(w, decide, w.message, asFeature);
    expect(await w.feature()).toMatchObject({ status: "running" });
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
  });

  it("takes back an undispatched step only if no other decision has seen it", async () => {
    const w = await started();
    const late = withFrozen(w, "remove");
    const refusing = async () => {
      throw throttled();
    };
    const first = runJob({ ...late.services, queue: { ...w.queue, send: refusing } }, decide, w.message, asFeature);
    const ended = first.catch((error: Error) => error);
    await late.isReached;
    await w.clock.advance(lease + 1);
    expect(await ended).toMatchObject({ code: "TIMEOUT" });
    await runJob(w, decide, w.message, asFeature);
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
    late.thaw();
    await w.clock.advance(1);
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
    await w.settle();
    expect(w.steps()).toEqual(["charge scheduled", "create completed", "mail completed"]);
    expect(await w.feature()).toMatchObject({ status: "running" });
  });

  it("takes over the steps that no decision has recorded, but once only", async () => {
    const w = await started();
    await runJob(w, decide, w.message, asFeature);
    const versions = () => w.jobs.all().flatMap(({ parent, version }) => (parent ? [version] : []));
    expect(versions()).toEqual([1, 1]);
    const unrecorded = anExecution({ job: await w.feature(), target: pair });
    await decide(unrecorded, unclaimed(w));
    expect(versions()).toEqual([2, 2]);
    await decide(unrecorded, unclaimed(w));
    expect(versions()).toEqual([2, 2]);
  });

  it("has a message sent that takes over once its lease has ended", async () => {
    const w = await started();
    const late = withFrozen(w, "create");
    const first = runJob(late.services, decide, w.message, asFeature).catch((error: Error) => error);
    await late.isReached;
    const { lease_until = 0, timeout_ms } = await w.feature();
    await w.clock.advance(timeout_ms);
    await first;
    const [sent, ...others] = w.queue.sent.splice(0);
    expect(others).toEqual([]);
    expect(sent?.message.job_id).toBe(w.id);
    const comesAt = w.clock.now() + 1000 * (sent?.delaySeconds ?? 0);
    expect(comesAt).toBeGreaterThan(lease_until);
    expect(comesAt).toBeLessThanOrEqual(lease_until + 3000);
    // The message of the decision itself comes again, and is deleted: its claim still holds.
    await runJob(w, decide, w.message, asFeature);
    expect(w.queue.sent).toEqual([]);
    await w.clock.advance(comesAt - w.clock.now());
    await runJob(w, decide, w.message, asFeature);
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
    late.thaw();
  });

  it("starts nothing more", async () => {
    const w = await started();
    const late = withFrozen(w, "getMany");
    const first = runJob(late.services, decide, w.message, asFeature).catch((error: Error) => error);
    await late.isReached;
    await w.clock.advance(lease + 1);
    await first;
    late.thaw();
    await w.clock.advance(1);
    expect(w.steps()).toEqual([]);
  });
});

describe("a discarded outcome of a decision", () => {
  it("cancels no step because another consumer has taken over the feature", async () => {
    const w = await started();
    await runJob(w, decide, w.message, asFeature);
    const { replace } = w.jobs;
    // While its outcome is under way its lease ends, and a successor has parked the feature before.
    w.jobs.replace = async (next) => {
      w.jobs.replace = replace;
      await w.clock.advance(lease + 1);
      await runJob(w, decide, w.message, asFeature);
      return replace(next);
    };
    await runJob(w, decide, w.message, asFeature);
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
  });

  it("cancels no step because the answer to its write was lost", async () => {
    const w = await started();
    const { replace } = w.jobs;
    w.jobs.replace = async (next) => {
      w.jobs.replace = replace;
      await replace(next);
      // A step has ended meanwhile and woken the feature: nothing of the write is left to know it by.
      await runJob(w, decide, w.message, asFeature);
      return "lost";
    };
    await runJob(w, decide, w.message, asFeature);
    expect(w.steps()).toEqual(["charge scheduled", "create queued"]);
    expect(await w.feature()).toMatchObject({ status: "running" });
  });
});

describe("a feature that fails", () => {
  const broken = () => {
    throw new JobError("NOT_FOUND", "The API answered 404.");
  };

  it("is recorded as failed before its steps are cancelled", async () => {
    const w = featureWorld({ pair }, { create: broken });
    const id = await w.start("pair");
    const { replace } = w.jobs;
    const written: string[] = [];
    w.jobs.replace = async (next) => {
      written.push(`${next.event} ${next.status}`);
      return replace(next);
    };
    await w.settle();
    expect(written.slice(-2)).toEqual(["pair failed", "charge cancelled"]);
    expect(stepsOf(await w.jobs.get(id))["side.charge"]).toMatchObject({ status: "cancelled" });
  });

  it("keeps steps that a retry goes on with before they were cancelled", async () => {
    const w = featureWorld({ pair }, { create: ({ job }) => (job.attempt === 1 ? broken() : {}) });
    const id = await w.start("pair");
    const { replace } = w.jobs;
    w.jobs.replace = async (next) => {
      const answer = await replace(next);
      if (next.id !== id || next.status !== "failed") return answer;
      w.jobs.replace = replace;
      await changeJob(w, id, retry(0));
      const again = (await w.jobs.get(id)) as Job;
      await runJob(w, decide, jobMessageOf(again), asFeature);
      return answer;
    };
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "running", attempt: 2 });
    const charge = w.jobs.all().find(({ event }) => event === "charge");
    expect(charge).toMatchObject({
      status: "scheduled",
      due_at: noon + 3_600_000,
      parent: { message: { attempt: 2 } },
    });
  });
});
