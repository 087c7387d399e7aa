import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { undoOrder } from "../../../../../lambdas/consumers/types/feature/undo.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import {
  cancel,
  cancelJob,
  changeJob,
  deleteJob,
  retry,
  sameRequestMs,
} from "../../../../../lambdas/core/operations/change-job.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { requireFeature } from "../../../../../lambdas/core/operations/parent-guard.ts";
import { type Signalling, sendSignal } from "../../../../../lambdas/core/operations/send-signal.ts";
import { explainJob } from "../../../../../lambdas/core/queries/explain-job.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { type Actions, call, featureWorld } from "../../../../support/feature-world.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

type Step = FeatureTarget["sequences"][string][number];

const refund: Step["undo"] = { event: "refund", input: { body: { charge: "$Step{body}{id}", why: "$Input{why}" } } };
const charge: Step = { event: "charge", undo: refund };
const create: Step = { event: "create", undo: { event: "remove", input: { body: { customer: "$Step{body}{id}" } } } };
const mail: Step = { event: "mail" };

/** Creates a customer, charges it, and mails. */
const booking = (...more: Step[]): FeatureTarget => ({ sequences: { main: [create, charge, ...more] } });

const fails = () => {
  throw new JobError("NOT_FOUND", "it is not there");
};

/** Asks to be called again in ten minutes. */
const later = () => {
  throw new JobError("RATE_LIMITED", "not now", { retryAfterMs: 10 * minute });
};

function worldOf(feature: FeatureTarget, actions: Actions = {}, more: Record<string, FeatureTarget> = {}) {
  const jobs = { refund: call("charge"), remove: call("create") };
  const world = featureWorld({ onboard: feature, ...more }, actions, { jobs });
  const steps = async (id: string) => (await viewOf(world.services, await the(id), world.clock.now())).steps ?? {};
  const the = async (id: string) => (await world.jobs.get(id)) as Job;
  const events = () => world.ran.map(({ event }) => event);
  const undoOf = async (id: string, step: string) => the((await steps(id))[step]?.undo?.job_id ?? "");
  return { ...world, steps, the, events, undoOf };
}

describe("a run that fails", () => {
  it("undoes what its steps have done, the last one first, with their results", async () => {
    const w = worldOf(booking(mail), { mail: fails });
    const id = await w.start("onboard", { why: "no mail" });
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "refund", "remove"]);
    expect(w.ran.slice(3).map(({ input }) => input)).toEqual([
      { body: { charge: "charge-1", why: "no mail" } },
      { body: { customer: "create-1" } },
    ]);
    expect(await w.the(id)).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringContaining("main.mail") },
      rolled_back: { steps: 2, failed: 0 },
    });
    expect(await w.the(id)).not.toHaveProperty("ending");
    expect(await w.steps(id)).toMatchObject({
      "main.create": { status: "completed", undo: { status: "completed" } },
      "main.charge": { status: "completed", undo: { status: "completed", job_id: expect.any(String) } },
      "main.mail": { status: "failed" },
    });
  });

  it("is running, and says what it ends with, as long as that lasts", async () => {
    let tries = 0;
    const w = worldOf(booking(mail), {
      mail: fails,
      refund: () => (++tries < 2 ? later() : {}),
    });
    const id = await w.start();
    await w.pass(100);
    const shown = await viewOf(w.services, await w.the(id), w.clock.now());
    expect(shown).toMatchObject({
      status: "running",
      ending: { cause: "failed", since: expect.any(Number), steps: 2, undone: 0, failed: 0 },
      error: { code: "NOT_FOUND" },
      steps: { "main.charge": { undo: { status: expect.stringMatching("scheduled|queued") } } },
      graph: [{ undo: "remove" }, { undo: "refund" }, {}],
    });
    expect(shown.ending).not.toHaveProperty("asked_at");
    expect(await w.undoOf(id, "main.charge")).toMatchObject({ parent: { step: "main.charge", undo: true } });
    await w.pass(hour);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 2, failed: 0 } });
  });

  it("goes on with the other undos if one fails", async () => {
    const w = worldOf(booking(mail), { mail: fails, refund: fails });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "refund", "remove"]);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 2, failed: 1 } });
    expect((await w.steps(id))["main.charge"]?.undo).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
  });

  it("says so if an undo cannot be made, and goes on", async () => {
    const nonsense: Step = {
      event: "charge",
      undo: { event: "refund", input: { body: { n: "$Add($Step{body}{id})" } } },
    };
    const w = worldOf({ sequences: { main: [create, nonsense, mail] } }, { mail: fails });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "remove"]);
    expect((await w.steps(id))["main.charge"]?.undo).toMatchObject({
      status: "failed",
      error: { code: "VALIDATION_ERROR" },
    });
    expect(await w.the(id)).toMatchObject({ rolled_back: { steps: 2, failed: 1 } });
  });

  it("is explained before, meanwhile and after", async () => {
    const w = worldOf(booking({ ...mail, delay: hour }), { mail: fails, remove: later });
    const id = await w.start("onboard", { why: "no mail" });
    const says = async () => (await explainJob(w.services, await w.the(id), w.clock.now())).says;
    await w.pass(minute);
    expect((await says()).at(-1)).toBe(
      "If it fails now or is cancelled, this is undone first: main.charge by refund, main.create by remove.",
    );
    await w.pass(hour);
    const { job_id } = (await w.steps(id))["main.create"]?.undo ?? {};
    expect(await says()).toEqual([
      expect.stringMatching(/^It is about to end as failed, since .*: 1 of 2 steps are undone\.$/),
      `main.create is being undone, by the job ${job_id}.`,
    ]);
    await changeJob(w.services, job_id ?? "", cancel("not wanted"));
    await w.pass(minute);
    expect(await says()).toEqual([
      expect.stringMatching(/^It failed at /),
      "2 of its steps were to be undone, of which 1 could not be.",
    ]);
  });

  it("undoes a step for each item at once, with the results of all, by a feature that does so for each", async () => {
    const lines = Array.from({ length: 230 }, (_, i) => `l-${i}`);
    const make: Step = {
      event: "create",
      for_each: { items: "$Input{lines}", as: "line", concurrency: 1000 },
      input: { body: { line: "$Each{line}" } },
      undo: { event: "take_back", input: { made: "$Step" } },
    };
    const takeBack: FeatureTarget = {
      input: { made: { type: "array" } },
      sequences: {
        main: [
          {
            event: "remove",
            for_each: { items: "$Input{made}", as: "one", concurrency: 20 },
            input: { body: { id: "$Each{one}{id}" } },
          },
        ],
      },
    };
    const created = ({ input }: Execution) => ({ id: (input as { body: { line: string } }).body.line });
    const w = worldOf({ sequences: { main: [make, mail] } }, { create: created, mail: fails }, { take_back: takeBack });
    const id = await w.start("onboard", { lines });
    await w.pass(hour);
    const removed = w.ran.flatMap(({ event, input }) => (event === "remove" ? [input] : []));
    expect(removed).toHaveLength(lines.length);
    expect(removed).toEqual(expect.arrayContaining(lines.map((line) => ({ body: { id: line } }))));
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
  });

  it("does not undo steps that have failed, were skipped, or have no undo", async () => {
    const feature: FeatureTarget = {
      sequences: {
        main: [
          { ...create, allow_fail: true },
          { ...charge, if: { value: "$Input{pay}", equals: true } },
          { event: "mail", step: "hello" },
          { ...charge, step: "late" },
          mail,
        ],
      },
    };
    let mails = 0;
    const w = worldOf(feature, { create: fails, mail: () => (++mails > 1 ? fails() : {}) });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "mail", "charge", "mail", "refund"]);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
  });

  it("fails as before, at no further write, if nothing that has an undo has begun", async () => {
    const w = worldOf(booking(mail), { create: fails });
    const plain = worldOf({ sequences: { main: [{ event: "create" }, { event: "charge" }, mail] } }, { create: fails });
    const [id, other] = [await w.start(), await plain.start()];
    await w.pass(minute);
    await plain.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    expect(await w.the(id)).not.toHaveProperty("rolled_back");
    expect((await w.the(id)).version).toBe((await plain.the(other)).version);
  });

  it("cancels what is open, and undoes what had completed before that", async () => {
    const feature: FeatureTarget = {
      sequences: {
        left: [create, { ...charge, delay: hour }],
        right: [{ event: "mail", delay: second }],
      },
    };
    const w = worldOf(feature, { mail: fails });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "mail", "remove"]);
    expect(await w.steps(id)).toMatchObject({
      "left.create": { status: "completed", undo: { status: "completed" } },
      "left.charge": { status: "cancelled" },
    });
    expect(w.scheduler.schedules.size).toBe(0);
  });

  it("undoes a step that completes when it is about to be cancelled", async () => {
    const feature: FeatureTarget = { sequences: { left: [{ ...charge, delay: hour }], right: [mail] } };
    const w = worldOf(feature, { mail: fails });
    const { replace } = w.jobs;
    w.jobs.replace = async (job, write) => {
      if (job.event !== "charge" || job.status !== "cancelled") return replace(job, write);
      w.jobs.replace = replace;
      const result = { inline: { body: { id: "c" } } };
      await replace({ ...job, status: "completed", result });
      return "lost";
    };
    const id = await w.start();
    await w.pass(minute);
    expect(w.ran.at(-1)).toEqual({ event: "refund", input: { body: { charge: "c" } } });
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
  });

  it("waits for a feature of its own that undoes its steps first", async () => {
    const inner: FeatureTarget = { sequences: { main: [charge, { event: "mail", step: "later", delay: hour }] } };
    const outer: FeatureTarget = {
      sequences: { left: [create, { event: "inner" }], right: [{ event: "mail", delay: second }] },
    };
    const w = worldOf(outer, { mail: fails }, { inner });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "refund", "remove"]);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
    const child = await w.the((await w.steps(id))["left.inner"]?.job_id ?? "");
    expect(child).toMatchObject({
      status: "cancelled",
      reason: "its feature failed",
      rolled_back: { steps: 1, failed: 0 },
    });
  });

  it("waits for features that run the items of a list, and undo their steps first", async () => {
    const inner: FeatureTarget = { sequences: { main: [charge, { event: "mail", step: "later", delay: hour }] } };
    const each: Step = { event: "inner", for_each: { items: [1, 2] } };
    const w = worldOf(
      { sequences: { main: [create, each] } },
      { refund: () => (++tries < 2 ? later() : {}) },
      { inner },
    );
    let tries = 0;
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("not wanted"));
    for (let minutes = 0; minutes < 30; minutes++) {
      await w.pass(minute);
      await reconcile(w.services);
    }
    expect(w.events()).toEqual(["create", "charge", "charge", "refund", "refund", "refund", "remove"]);
    expect(await w.the(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
  });

  it("goes on with the other undos if a result is gone that one needs", async () => {
    const w = worldOf(booking(mail), {
      charge: () => ({ body: { id: "x".repeat(10_000) } }),
      mail: () => {
        for (const key of w.blobs.blobs.keys()) if (key.startsWith("results/")) w.blobs.blobs.delete(key);
        fails();
      },
    });
    const id = await w.start("onboard", { why: "no mail" });
    await w.pass(minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "remove"]);
    const { rolled_back } = await w.the(id);
    expect(rolled_back).toEqual({ steps: 2, failed: 1 });
    expect((await w.steps(id))["main.charge"]?.undo).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
  });

  it("may undo a step with a feature", async () => {
    const undoing: FeatureTarget = {
      input: { id: { type: "string" } },
      sequences: { main: [{ event: "mail", step: "sorry" }] },
    };
    const feature: FeatureTarget = {
      sequences: {
        main: [{ event: "charge", undo: { event: "undoing", input: { id: "$Step{body}{id}" } } }, { event: "create" }],
      },
    };
    const w = worldOf(feature, { create: fails }, { undoing });
    const id = await w.start();
    await w.pass(minute);
    expect(w.events()).toEqual(["charge", "create", "mail"]);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
  });

  it("waits for an undo whose event the catalog has lost", async () => {
    const w = worldOf(booking({ event: "mail", delay: hour }), { mail: fails });
    const id = await w.start();
    await w.pass(minute);
    w.deploy({ onboard: { sequences: { main: [{ event: "mail" }] } } }, {});
    await w.pass(hour);
    expect((await w.steps(id))["main.charge"]?.undo).toMatchObject({
      status: "not_started",
      error: { code: "CONFIGURATION_ERROR" },
    });
    w.deploy({ onboard: booking(mail) });
    await w.pass(10 * minute);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 2, failed: 0 } });
  });
});

describe("a run that is cancelled", () => {
  const waiting = booking({ event: "mail", delay: hour });

  it("undoes its steps before it is cancelled", async () => {
    const w = worldOf(waiting);
    const id = await w.start();
    await w.pass(minute);
    const after = await changeJob(w, id, cancel("not wanted"));
    expect(after).toMatchObject({ status: "running", ending: { cause: "cancelled" }, reason: "not wanted" });
    await w.pass(second);
    expect(w.events()).toEqual(["create", "charge", "refund", "remove"]);
    expect(await w.the(id)).toMatchObject({
      status: "cancelled",
      reason: "not wanted",
      rolled_back: { steps: 2, failed: 0 },
    });
    expect(await w.steps(id)).toMatchObject({ "main.mail": { status: "cancelled" } });
  });

  it("is cancelled at once if its definition has no undo, or it has not begun", async () => {
    const plain = worldOf({ sequences: { main: [{ event: "create" }, { event: "mail", delay: hour }] } });
    const id = await plain.start();
    await plain.pass(minute);
    expect(await changeJob(plain, id, cancel("x"))).toMatchObject({ status: "cancelled" });
    const w = worldOf(waiting);
    const later = await w.start("onboard", {}, { start_at: w.clock.now() + hour });
    expect(await changeJob(w, later, cancel("x"))).toMatchObject({ status: "cancelled" });
  });

  it("takes the claim of a decision under way, and undoes what that one starts", async () => {
    const w = worldOf(booking(mail));
    const id = await w.start();
    const { create: store } = w.jobs;
    let isDone = false;
    w.jobs.create = async (job) => {
      const created = await store(job);
      if (job.event === "charge" && !isDone) {
        isDone = true;
        await changeJob(w, id, cancel("x"));
      }
      return created;
    };
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "cancelled", rolled_back: { failed: 0 } });
    expect(w.events().filter((event) => event === "refund")).toHaveLength(
      w.events().filter((event) => event === "charge").length,
    );
  });

  it("ends at once when it is cancelled a second time, and its undo with it", async () => {
    const w = worldOf(waiting, { refund: later });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("first", { isDecided: true }));
    await w.pass(second);
    // A client that got no answer repeats itself.
    expect(await changeJob(w, id, cancel("second", { isDecided: true }))).toMatchObject({ status: "running" });
    const undo = await w.undoOf(id, "main.charge");
    await w.clock.advance(sameRequestMs);
    expect(await changeJob(w, id, cancel("second", { isDecided: true }))).toMatchObject({
      status: "cancelled",
      reason: "second",
      rolled_back: { steps: 2, failed: 2 },
    });
    expect(await w.the(undo.id)).toMatchObject({ status: "cancelled" });
    await w.pass(hour);
    expect(w.events()).not.toContain("remove");
  });

  it("ends at once with `force`, before and during its undo", async () => {
    const w = worldOf(waiting);
    const id = await w.start();
    await w.pass(minute);
    expect(await changeJob(w, id, cancel("x", { force: true }))).toMatchObject({ status: "cancelled" });
    expect(await w.the(id)).not.toHaveProperty("rolled_back");
    const again = worldOf(waiting, { refund: later });
    const other = await again.start();
    await again.pass(minute);
    await changeJob(again, other, cancel("x"));
    await again.pass(second);
    expect(await changeJob(again, other, cancel("y", { force: true }))).toMatchObject({ status: "cancelled" });
    await again.pass(hour);
    expect(again.events()).not.toContain("remove");
  });

  it("is cancelled in the end if it was failing", async () => {
    let tries = 0;
    const w = worldOf(booking(mail), { mail: fails, refund: () => (++tries < 2 ? later() : fails()) });
    const id = await w.start();
    await w.pass(100);
    expect(await changeJob(w, id, cancel("x"))).toMatchObject({ status: "running", ending: { cause: "cancelled" } });
    await w.pass(hour);
    expect(await w.the(id)).toMatchObject({
      status: "cancelled",
      error: { code: "NOT_FOUND" },
      rolled_back: { steps: 2, failed: 1 },
    });
  });

  it("does not end at once because others cancel it again", async () => {
    const w = worldOf(waiting, { refund: later });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("x"));
    await w.clock.advance(2 * sameRequestMs);
    expect(await changeJob(w, id, cancel("x"))).toMatchObject({ status: "running" });
    expect(await cancelJob(w, id, "x")).toMatchObject({ status: "running" });
  });

  it("takes no signal meanwhile", async () => {
    const feature = { signals: { paid: {} }, ...booking({ event: "mail", delay: hour }) };
    const w = worldOf(feature, { refund: later });
    const id = await w.start();
    await w.pass(minute);
    const send = () =>
      sendSignal(w.services as Signalling, { product: "shop", env: "dev", signal: "paid", to: { job_id: id } });
    expect(await send()).toMatchObject({ offered: [id] });
    await changeJob(w, id, cancel("not wanted"));
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "running", ending: { cause: "cancelled" } });
    await expect(send()).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  it("is not deleted, migrated or retried meanwhile", async () => {
    const w = worldOf(waiting, { refund: later });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("x"));
    await expect(deleteJob(w, id)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    await expect(changeJob(w, id, retry(0))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });
});

describe("the run of a series", () => {
  const minutely = (overlap: "skip" | "cancel_previous") => ({ repeat: { every: minute, limit: 2, overlap } });

  it("that fails is undone, and archived so, before the next one starts", async () => {
    let mails = 0;
    const w = worldOf(booking(mail), { mail: () => (++mails === 1 ? fails() : {}) });
    const id = await w.start("onboard", {}, minutely("skip"));
    await w.pass(2 * minute);
    expect(w.events()).toEqual(["create", "charge", "mail", "refund", "remove", "create", "charge", "mail"]);
    const { runs } = await w.jobs.runs(id, { limit: 10, order: "asc" });
    expect(runs).toMatchObject([{ run: 1, status: "failed", rolled_back: { steps: 2, failed: 0 } }]);
    const last = await w.the(id);
    expect(last).toMatchObject({ run: 2, status: "completed" });
    expect(last).not.toHaveProperty("rolled_back");
  });

  it("that the next one ends is undone first, and the next one starts after it", async () => {
    const w = worldOf(booking({ event: "mail", delay: 10 * minute }), {});
    const id = await w.start("onboard", {}, minutely("cancel_previous"));
    await w.pass(minute + 30 * second);
    expect(w.events()).toEqual(["create", "charge", "refund", "remove", "create", "charge"]);
    const { runs } = await w.jobs.runs(id, { limit: 10, order: "asc" });
    expect(runs).toMatchObject([
      { run: 1, status: "cancelled", reason: "cancelled by the next run", rolled_back: { steps: 2, failed: 0 } },
    ]);
    expect(await w.the(id)).toMatchObject({ run: 2, status: "running" });
  });
});

describe("a step that is a feature with undos", () => {
  it("is retried with its feature, from the start, once it has undone its steps", async () => {
    const inner: FeatureTarget = { sequences: { main: [charge, { event: "mail", step: "later", delay: minute }] } };
    const outer: FeatureTarget = {
      sequences: { left: [{ event: "inner" }], right: [{ event: "mail", delay: second }] },
    };
    let mails = 0;
    const w = worldOf(outer, { mail: () => (++mails === 1 ? fails() : {}) }, { inner });
    const id = await w.start();
    await w.pass(10 * second);
    expect(await w.the(id)).toMatchObject({ status: "failed" });
    await changeJob(w, id, retry(0));
    await w.pass(10 * minute);
    expect(w.events()).toEqual(["charge", "mail", "refund", "mail", "charge", "mail"]);
    expect(await w.the(id)).toMatchObject({ status: "completed" });
  });
});

describe("the retry of a run that was rolled back", () => {
  it("begins from the start, with other jobs", async () => {
    let isBroken = true;
    const w = worldOf(booking(mail), { mail: () => (isBroken ? fails() : {}) });
    const id = await w.start();
    await w.pass(minute);
    const before = await w.steps(id);
    isBroken = false;
    await changeJob(w, id, retry(0));
    await w.pass(minute);
    expect(w.events().slice(5)).toEqual(["create", "charge", "mail"]);
    expect(await w.the(id)).toMatchObject({ status: "completed" });
    expect(await w.the(id)).not.toHaveProperty("rolled_back");
    const after = await w.steps(id);
    for (const step of ["main.create", "main.charge", "main.mail"]) {
      expect(after[step]?.job_id).not.toBe(before[step]?.job_id);
      expect(after[step]).not.toHaveProperty("undo");
    }
  });

  it("takes no message that the run took before its steps were undone", async () => {
    let isBroken = true;
    const paid: Step = { step: "money", wait: { signal: "paid", key: "k", timeout: "1d" } } as never;
    const feature = { signals: { paid: {} }, ...booking(paid, mail) };
    const w = worldOf(feature, { mail: () => (isBroken ? fails() : {}) });
    const pay = (id: string) =>
      sendSignal(w.services as Signalling, { product: "shop", env: "dev", signal: "paid", to: { key: "k" }, id });
    const id = await w.start();
    await w.pass(minute);
    await pay("first");
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 2, failed: 0 } });
    isBroken = false;
    await changeJob(w, id, retry(0));
    await w.pass(minute);
    expect((await w.steps(id))["main.money"]).toMatchObject({ status: "waiting" });
    await pay("second");
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "completed" });
    expect((await w.steps(id))["main.money"]).toMatchObject({ received: { id: "second" } });
  });

  it("leaves the former jobs as they are, which nobody can retry", async () => {
    let isBroken = true;
    const w = worldOf(booking(mail), { mail: () => (isBroken ? fails() : {}) });
    const id = await w.start();
    await w.pass(minute);
    const former = await w.the((await w.steps(id))["main.mail"]?.job_id ?? "");
    isBroken = false;
    await changeJob(w, id, retry(0));
    await w.pass(minute);
    await expect(requireFeature(w, former)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  it("undoes the steps of the new attempt if that fails too", async () => {
    const w = worldOf(booking(mail), { mail: fails });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, retry(0));
    await w.pass(minute);
    expect(w.events().slice(5)).toEqual(["create", "charge", "mail", "refund", "remove"]);
    expect(await w.the(id)).toMatchObject({ status: "failed", attempt: 2, rolled_back: { steps: 2, failed: 0 } });
  });

  it("is refused if a step could not be undone", async () => {
    const w = worldOf(booking(mail), { mail: fails, refund: fails });
    const id = await w.start();
    await w.pass(minute);
    await expect(changeJob(w, id, retry(0))).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: expect.stringContaining("steps of it could not be undone"),
    });
  });

  it("leaves the failed undo to its caller, who may retry that job by itself", async () => {
    let isBroken = true;
    const w = worldOf(booking({ event: "mail", delay: hour }), { refund: () => (isBroken ? fails() : {}) });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("x"));
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 2, failed: 1 } });
    isBroken = false;
    const undo = await w.undoOf(id, "main.charge");
    await changeJob(w, undo.id, retry(0));
    await w.pass(minute);
    expect(await w.the(undo.id)).toMatchObject({ status: "completed" });
  });
});

describe("the order of the undos", () => {
  const states = (ends: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(ends).map(([key, finished_at]) => [key, { status: "completed" as const, finished_at }]),
    );
  const undo = { event: "remove" };
  const parallel: FeatureTarget = {
    sequences: {
      a: [
        { event: "create", step: "1", undo },
        { event: "create", step: "2", undo },
      ],
      b: [{ event: "create", step: "1", undo }],
      c: [{ event: "create", step: "1", undo, depends_on: ["a.2"] }],
    },
  };
  it.each([
    ["by the end of the steps", { "a.1": 1, "b.1": 2, "a.2": 3, "c.1": 4 }, ["c.1", "a.2", "b.1", "a.1"]],
    ["by the definition if they ended at once", { "a.1": 5, "b.1": 5 }, ["b.1", "a.1"]],
    ["never before what depended on them", { "a.1": 9, "a.2": 8, "b.1": 8, "c.1": 7 }, ["b.1", "c.1", "a.2", "a.1"]],
    ["even through steps that are not undone", { "a.1": 9, "c.1": 7 }, ["c.1", "a.1"]],
  ])("is %s", (_how, ends, order) => {
    expect(undoOrder(parallel, states(ends)).map(({ key }) => key)).toEqual(order);
  });
});

describe("a feature that is a step", () => {
  const inner: FeatureTarget = { sequences: { main: [{ event: "mail", delay: hour }] } };
  const outer = (more: Partial<Step>): FeatureTarget => ({ sequences: { main: [{ event: "inner", ...more }] } });

  it.each([
    ["is cancelled with its feature", {}, "cancelled"],
    ["is cancelled with its feature where that is said", { on_parent_end: "cancel" as const }, "cancelled"],
    ["goes on where it is abandoned", { on_parent_end: "abandon" as const }, "completed"],
  ])("%s", async (_what, more, status) => {
    const w = worldOf(outer(more), {}, { inner });
    const id = await w.start();
    await w.pass(minute);
    await changeJob(w, id, cancel("x"));
    const child = (await w.steps(id))["main.inner"]?.job_id ?? "";
    await w.pass(2 * hour);
    expect(await w.the(id)).toMatchObject({ status: "cancelled" });
    expect(await w.the(child)).toMatchObject({ status });
    expect((await w.steps(id))["main.inner"]).toMatchObject({ status });
  });

  it("goes on when its feature fails or is deleted, and when that undoes its steps", async () => {
    const feature: FeatureTarget = {
      sequences: {
        left: [{ event: "inner", on_parent_end: "abandon" }],
        right: [create, { ...mail, step: "now", delay: second }],
      },
    };
    let mails = 0;
    const w = worldOf(feature, { mail: () => (++mails === 1 ? fails() : {}) }, { inner });
    const id = await w.start();
    await w.pass(minute);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
    const child = (await w.steps(id))["left.inner"]?.job_id ?? "";
    expect(await w.the(child)).toMatchObject({ status: "running" });
    await deleteJob(w, id);
    await w.pass(2 * hour);
    expect(await w.the(child)).toMatchObject({ status: "completed" });
  });
});
