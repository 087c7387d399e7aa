import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { isFinished, type Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { explainJob } from "../../../../../lambdas/core/queries/explain-job.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { type Actions, call, featureWorld } from "../../../../support/feature-world.ts";

const minute = 60_000;
const hour = 60 * minute;

type Step = FeatureTarget["sequences"][string][number];

/** Ships each line of its input, and mails; each parcel is taken back by itself. */
const shipping = (
  more: Partial<Step> = {},
  forEach: Partial<Step["for_each"]> = {},
  ...after: Step[]
): FeatureTarget => ({
  sequences: {
    main: [
      {
        event: "create",
        step: "ship",
        for_each: { items: "$Input{lines}", as: "line", ...forEach },
        input: { body: { sku: "$Each{line}{sku}", at: "$Each{index}" } },
        undo: {
          event: "remove",
          each: true,
          input: { body: { parcel: "$Step{parcel}", sku: "$Each{line}{sku}", at: "$Each{index}", why: "$Input{why}" } },
        },
        ...more,
      },
      ...(after.length > 0 ? after : [{ event: "mail" }]),
    ],
  },
});

const lines = (many: number) => Array.from({ length: many }, (_, i) => ({ sku: `S-${i}` }));
const indexes = (many: number) => Array.from({ length: many }, (_, i) => i);
const bodyOf = (input: unknown) => (input as { body: { at: number } }).body;
const atOf = ({ input }: Pick<Execution, "input">) => bodyOf(input).at;

const fails = (): never => {
  throw new JobError("NOT_FOUND", "The API answered 404.");
};
/** Answers each item with its parcel, and fails to mail. */
const usual: Actions = { create: (one) => ({ parcel: `p-${atOf(one)}` }), mail: fails };

function worldOf(target = shipping(), actions: Actions = {}, more: Record<string, FeatureTarget> = {}) {
  const jobs = { remove: call("create"), refund: call("charge") };
  const world = featureWorld({ onboard: target, ...more }, { ...usual, ...actions }, { jobs });
  const the = async (id: string) => (await world.jobs.get(id)) as Job;
  const view = async (id: string) => viewOf(world.services, await the(id), world.clock.now());
  const stepOf = async (id: string) => (await view(id)).steps?.["main.ship"];
  const removed = () => world.ran.flatMap(({ event, input }) => (event === "remove" ? [bodyOf(input)] : []));
  const places = () => removed().map(({ at }) => at);
  const undoList = async (id: string) => the((await stepOf(id))?.undo?.job_id ?? "");
  const items = () => world.jobs.all().filter((job) => job.event === "remove");
  return { ...world, the, view, stepOf, removed, places, undoList, items };
}

const oneByOne = { concurrency: 1 };
const bodyAt = (at: number) => ({ parcel: `p-${at}`, sku: `S-${at}`, at, why: "no mail" });

describe("a run with a step for each item that is undone for each item", () => {
  it.each([0, 1, 99, 100, 101, 230])("undoes %i items once each, the last one first", async (many) => {
    const w = worldOf(shipping({}, oneByOne));
    const id = await w.start("onboard", { lines: lines(many), why: "no mail" });
    await w.pass(hour);
    expect(w.removed()).toEqual(indexes(many).reverse().map(bodyAt));
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
    expect(await w.stepOf(id)).toMatchObject({
      status: "completed",
      for_each: { items: many, done: many, failed: 0, open: 0 },
      undo: { status: "completed", for_each: { items: many, done: many, failed: 0, open: 0 } },
    });
    expect(w.jobs.all().filter((job) => !isFinished(job))).toEqual([]);
  });

  it("undoes the steps after it before, and those before it after it", async () => {
    const target = shipping({}, oneByOne, { event: "charge", undo: { event: "refund" } }, { event: "mail" });
    target.sequences.main?.unshift({ event: "charge", step: "hold", undo: { event: "refund" } });
    const w = worldOf(target);
    const id = await w.start("onboard", { lines: lines(2) });
    await w.pass(hour);
    expect(w.ran.slice(5).map(({ event }) => event)).toEqual(["refund", "remove", "remove", "refund"]);
    expect(await w.the(id)).toMatchObject({ rolled_back: { steps: 3, failed: 0 } });
  });

  it.each([20, 230])("leaves those of %i items out that have not completed", async (many) => {
    const bad = [3, 4, many - 1];
    const w = worldOf(shipping({ allow_fail: true }, oneByOne), {
      create: (one) => (bad.includes(atOf(one)) ? fails() : { parcel: `p-${atOf(one)}` }),
    });
    const id = await w.start("onboard", { lines: lines(many), why: "no mail" });
    await w.pass(hour);
    const good = indexes(many).filter((at) => !bad.includes(at));
    expect(w.removed()).toEqual(good.reverse().map(bodyAt));
    expect(await w.stepOf(id)).toMatchObject({
      for_each: { items: many, done: many - 3, failed: 3 },
      undo: { for_each: { items: many - 3, done: many - 3, failed: 0 } },
    });
  });

  it("tells a result that looks like a failure from a failure", async () => {
    const error = { code: "NOT_FOUND", message: "It is what it answers." };
    const w = worldOf(shipping({ allow_fail: true }, oneByOne), {
      create: (one) => (atOf(one) === 1 ? fails() : { error, job_id: "job_1", parcel: `p-${atOf(one)}` }),
    });
    await w.start("onboard", { lines: lines(4), why: "no mail" });
    await w.pass(hour);
    expect(w.removed()).toEqual([3, 2, 0].map(bodyAt));
  });

  it.each([20, 230])("undoes what has completed of %i items when one fails the step", async (many) => {
    const w = worldOf(shipping({}, { concurrency: 3 }), {
      create: (one) => (atOf(one) === many - 10 ? fails() : { parcel: `p-${atOf(one)}` }),
    });
    const id = await w.start("onboard", { lines: lines(many), why: "no mail" });
    await w.pass(hour);
    const completed = w.jobs
      .all()
      .flatMap(({ event, status, parent }) =>
        event === "create" && status === "completed" ? [Number(/\d+/.exec(parent?.step ?? "")?.[0])] : [],
      );
    expect(completed.length).toBeGreaterThan(many === 20 ? 8 : 30);
    expect([...w.places()].sort((a, b) => a - b)).toEqual(completed.sort((a, b) => a - b));
    expect(w.removed()).toEqual(expect.arrayContaining([bodyAt(0)]));
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
    expect(await w.stepOf(id)).toMatchObject({
      status: "failed",
      undo: { status: "completed", for_each: { items: completed.length, done: completed.length } },
    });
  });

  it("reads results that are too large to stand in the list from the jobs of the items", async () => {
    const pad = "x".repeat(30_000);
    const w = worldOf(shipping({}, { concurrency: 50 }), {
      create: (one) => ({ parcel: `p-${atOf(one)}`, pad }),
    });
    await w.start("onboard", { lines: lines(150), why: "no mail" });
    await w.pass(hour);
    expect(w.removed()).toHaveLength(150);
    expect(w.removed()).toEqual(expect.arrayContaining(indexes(150).map(bodyAt)));
  });

  it("has at most as many undos open as the step has items", async () => {
    const w = worldOf(shipping({}, { concurrency: 7 }));
    let most = 0;
    const { create } = w.services.jobs;
    w.services.jobs.create = async (job) => {
      const outcome = await create(job);
      most = Math.max(most, w.items().filter((one) => !isFinished(one)).length);
      return outcome;
    };
    await w.start("onboard", { lines: lines(330) });
    await w.pass(hour);
    expect(w.removed()).toHaveLength(330);
    expect(most).toBe(7);
  });
});

describe("undos of items that fail", () => {
  it.each([20, 230])("leave the others of %i as they are, and are counted", async (many) => {
    const bad = [0, 7, many - 1];
    const w = worldOf(shipping({}, { concurrency: 5 }), { remove: (one) => (bad.includes(atOf(one)) ? fails() : {}) });
    const id = await w.start("onboard", { lines: lines(many) });
    await w.pass(hour);
    expect([...w.places()].sort((a, b) => a - b)).toEqual(indexes(many));
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 1 } });
    expect((await w.stepOf(id))?.undo).toMatchObject({
      status: "failed",
      for_each: { items: many, done: many - 3, failed: 3, open: 0 },
      error: {
        code: "NOT_FOUND",
        message: `3 of ${many} items could not be undone. Item ${many - 1} failed: The API answered 404.`,
      },
    });
    await expect(changeJob(w, id, retry(0))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  it.each([20, 230])("are run again, and no other ones of %i, when their list is retried", async (many) => {
    let isMended = false;
    const bad = [0, 7, many - 1];
    const w = worldOf(shipping({}, oneByOne), {
      remove: (one) => (bad.includes(atOf(one)) && !isMended ? fails() : {}),
    });
    const id = await w.start("onboard", { lines: lines(many) });
    await w.pass(hour);
    const list = await w.undoList(id);
    const before = w.places().length;
    isMended = true;
    await changeJob(w, list.id, retry(0));
    await w.pass(hour);
    expect(w.places().slice(before)).toEqual([...bad].reverse());
    expect(await w.view(list.id)).toMatchObject({
      status: "completed",
      for_each: { items: many, done: many, failed: 0, open: 0 },
    });
  });

  it("are those whose input cannot be made", async () => {
    const undo = { event: "remove", each: true, input: { body: { at: "$Each{index}", n: "$Add($Step{n}, 1)" } } };
    const w = worldOf(shipping({ undo }, oneByOne), { create: (one) => ({ n: atOf(one) === 1 ? "x" : 1 }) });
    const id = await w.start("onboard", { lines: lines(3) });
    await w.pass(hour);
    expect(w.places()).toEqual([2, 0]);
    expect((await w.stepOf(id))?.undo).toMatchObject({
      status: "failed",
      for_each: { items: 3, done: 2, failed: 1, open: 0 },
      error: {
        code: "VALIDATION_ERROR",
        message: "1 of 3 items could not be undone. Item 1: At /body/n: $Add got no number.",
      },
    });
    expect(await w.the(id)).toMatchObject({ rolled_back: { steps: 1, failed: 1 } });
  });

  it("are counted one by one where the event of the undo refuses many of them", async () => {
    const undo = { event: "remove", each: true, input: { body: { at: "$Each{index}" }, query: "$Each{line}{query}" } };
    const w = worldOf(shipping({ undo, input: { body: { at: "$Each{index}" } } }));
    const mixed = indexes(230).map((at) => ({ query: at % 2 === 0 ? {} : 5 }));
    const id = await w.start("onboard", { lines: mixed });
    await w.pass(hour);
    expect(w.places()).toHaveLength(115);
    expect((await w.stepOf(id))?.undo).toMatchObject({
      status: "failed",
      for_each: { items: 230, done: 115, failed: 115, open: 0 },
      error: { message: expect.stringMatching(/^115 of 230 items could not be undone/) },
    });
  });

  it("are those of a page that was cancelled, and the other pages go on", async () => {
    let page: string | undefined;
    const w = worldOf(shipping({}, oneByOne), {
      remove: async ({ job }) => {
        page ??= job.parent?.message.job_id;
        if (page && w.places().length === 5) await changeJob(w, page, cancel("not wanted"));
        return {};
      },
    });
    const id = await w.start("onboard", { lines: lines(230) });
    await w.pass(hour);
    const { undo } = (await w.stepOf(id)) ?? {};
    expect(undo).toMatchObject({ status: "failed", for_each: { items: 230, open: 0 } });
    expect(undo?.error?.message).toMatch(
      /^9\d of 230 items could not be undone\. Items 130 to 229 failed: It was cancelled/,
    );
    expect(w.places()).toEqual(expect.arrayContaining(indexes(130)));
  });

  it("wait for an event that the catalog has lost", async () => {
    const w = worldOf(shipping({}, {}, { event: "mail", delay: hour }));
    const id = await w.start("onboard", { lines: lines(3) });
    await w.pass(minute);
    w.deploy({ onboard: { sequences: { main: [{ event: "mail" }] } } }, {});
    await w.pass(2 * hour);
    expect(w.places()).toEqual([]);
    expect(await w.the(id)).toMatchObject({ status: "running", ending: { steps: 1, undone: 0 } });
    w.deploy({ onboard: { sequences: { main: [{ event: "mail" }] } } });
    await w.pass(hour);
    expect(w.places()).toHaveLength(3);
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
  });
});

describe("a run whose items are undone", () => {
  it("ends at once with `force`, and the list with it", async () => {
    const w = worldOf(shipping({}, oneByOne, { event: "mail", delay: 10 * hour }), {
      remove: (one) => {
        if (atOf(one) < 200) throw new JobError("RATE_LIMITED", "not now", { retryAfterMs: 10 * minute });
        return {};
      },
    });
    const id = await w.start("onboard", { lines: lines(230) });
    await w.pass(minute);
    await changeJob(w, id, cancel("x"));
    await w.pass(minute);
    expect((await w.view(id)).ending).toMatchObject({ steps: 1, undone: 0, failed: 0 });
    expect((await w.stepOf(id))?.undo).toMatchObject({
      status: "running",
      for_each: { items: 230, done: 30, open: 1 },
    });
    const says = (await explainJob(w.services, await w.the(id), w.clock.now())).says;
    expect(says.at(-1)).toMatch(/^main\.ship is being undone, by the job job_\w+: 30 of 230 items\.$/);
    expect(await changeJob(w, id, cancel("y", { force: true }))).toMatchObject({
      status: "cancelled",
      rolled_back: { steps: 1, failed: 1 },
    });
    await w.pass(10 * hour);
    expect(w.places()).toHaveLength(31);
    expect(w.jobs.all().filter((job) => !isFinished(job))).toEqual([]);
  });

  it("is retried from the start, with other jobs, and undone again", async () => {
    const w = worldOf(shipping({}, oneByOne));
    const id = await w.start("onboard", { lines: lines(3) });
    await w.pass(hour);
    const before = await w.undoList(id);
    await changeJob(w, id, retry(0));
    await w.pass(hour);
    expect(w.ran.map(({ event }) => event)).toEqual([
      ...["create", "create", "create", "mail", "remove", "remove", "remove"],
      ...["create", "create", "create", "mail", "remove", "remove", "remove"],
    ]);
    expect((await w.undoList(id)).id).not.toBe(before.id);
    expect(await w.the(id)).toMatchObject({ attempt: 2, rolled_back: { steps: 1, failed: 0 } });
  });

  it("keeps its definition, whatever is deployed meanwhile", async () => {
    const w = worldOf(shipping({}, oneByOne, { event: "mail", delay: hour }));
    await w.start("onboard", { lines: lines(3), why: "no mail" });
    await w.pass(minute);
    const other = shipping({ undo: { event: "refund", input: { body: { all: "$Step" } } } });
    w.deploy({ onboard: other });
    await w.pass(2 * hour);
    expect(w.removed()).toEqual([2, 1, 0].map(bodyAt));
  });

  it("says beforehand what would be undone, and how", async () => {
    const w = worldOf(shipping({}, {}, { event: "mail", delay: hour }));
    const id = await w.start("onboard", { lines: lines(3) });
    await w.pass(minute);
    expect((await explainJob(w.services, await w.the(id), w.clock.now())).says.at(-1)).toBe(
      "If it fails now or is cancelled, this is undone first: main.ship by remove for each item.",
    );
    expect((await w.view(id)).graph?.[0]).toMatchObject({ undo: "remove", undo_each: true, for_each: {} });
  });

  it("says that nothing is known of items whose jobs were deleted", async () => {
    const w = worldOf(shipping({}, {}, { event: "mail", delay: hour }), {
      create: (one) => ({ job_id: "job_1", parcel: `p-${atOf(one)}` }),
    });
    const id = await w.start("onboard", { lines: lines(3) });
    await w.pass(minute);
    for (const job of w.jobs.all()) if (job.event === "create") await w.jobs.remove(job);
    await w.pass(2 * hour);
    expect((await w.stepOf(id))?.undo).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 1 } });
  });

  it("undoes the others where nothing is known of an item whose job was deleted, and says so", async () => {
    const w = worldOf(shipping({ allow_fail: true }, oneByOne, { event: "mail", delay: hour }), {
      // An entry of this form may stand for a result that is elsewhere: only the job of the item would tell.
      create: (one) => (atOf(one) === 1 ? fails() : { job_id: "job_1", parcel: `p-${atOf(one)}` }),
    });
    const id = await w.start("onboard", { lines: lines(5), why: "no mail" });
    await w.pass(minute);
    const deleted = w.jobs.all().find(({ event, parent }) => event === "create" && parent?.step.endsWith("ship[2]"));
    await w.jobs.remove(deleted as Job);
    await w.pass(2 * hour);
    expect(w.removed()).toEqual([4, 3, 0].map(bodyAt));
    expect((await w.stepOf(id))?.undo).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringContaining("their jobs were deleted") },
      for_each: { items: 4, done: 3, failed: 1, open: 0 },
    });
    expect(await w.the(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 1 } });
  });

  it("is undone after its jobs were deleted, with the results that it keeps", async () => {
    const w = worldOf(shipping({}, oneByOne, { event: "mail", delay: 30 * 24 * hour }));
    const id = await w.start("onboard", { lines: lines(130), why: "no mail" });
    await w.pass(hour);
    for (const job of w.jobs.all()) if (job.id !== id && isFinished(job)) await w.jobs.remove(job);
    await changeJob(w, id, cancel("x"));
    await w.pass(hour);
    expect(w.removed()).toEqual(indexes(130).reverse().map(bodyAt));
    expect(await w.the(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
  });
});
