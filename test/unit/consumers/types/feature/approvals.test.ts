import type { Approve } from "../../../../../lambdas/consumers/types/feature/approve.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { decisionAddress } from "../../../../../lambdas/core/job/approval.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { TransientError } from "../../../../../lambdas/core/kernel/errors.ts";
import { approvalLinks } from "../../../../../lambdas/core/operations/approval-links.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { decideApproval, findApproval, notDecidable } from "../../../../../lambdas/core/operations/decide-approval.ts";
import { explainJob } from "../../../../../lambdas/core/queries/explain-job.ts";
import { summaryOf, viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { type Actions, call, featureWorld, productWith, stepsOf } from "../../../../support/feature-world.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

const ask = { event: "mail", to: "$Input{boss}", input: { body: { text: "Decide: $Approval{url}" } } } as const;

const approval = (more: Partial<Approve> = {}): FeatureTarget => ({
  sequences: {
    main: [
      { event: "create" },
      {
        step: "decision",
        approve: {
          title: "Refund $Input{total}?",
          show: [{ label: "Order", value: "$Input{order}" }, "$Sequence{main}{create}{body}{id}"],
          ask,
          timeout: "24h",
          otherwise: "reject",
          ...more,
        },
      },
      { event: "charge", input: { body: { got: "$Sequence{main}{decision}" } } },
    ],
  },
});

const order = { order: "A-1", total: 42, boss: "boss@example.com" };

function worldOf(
  more?: Partial<Approve>,
  actions?: Actions,
  product?: Parameters<typeof featureWorld>[2],
  feature = approval(more),
) {
  const world = featureWorld({ onboard: feature }, actions, product);
  const key = { "the/key": "secret-key" };
  Object.assign(world.services, {
    linkTo: approvalLinks(
      { resolve: async ({ $secret }: { $secret: string }) => key[$secret as keyof typeof key] } as never,
      () => ({ url: "https://api.example.com", secret: "the/key" }),
    ),
  });
  const tokens = () =>
    world.ran
      .filter(({ event }) => event === "mail")
      .map(({ input }) => /approve\/([\w-]+)/.exec(JSON.stringify(input))?.[1] ?? "");
  const charged = () => world.ran.filter(({ event }) => event === "charge").map(({ input }) => input);
  const step = async (id: string) =>
    (stepsOf(await world.jobs.get(id)) as Record<string, Record<string, unknown>>)["main.decision"] ?? {};
  const idOf = async (id: string) => ((await step(id)).approval as { id: string } | undefined)?.id ?? "";
  const find = async (id: string) => findApproval(world.services, await idOf(id));
  const decide = async (id: string, choice = "approve", by = "boss@example.com", note?: string) => {
    const found = await find(id);
    if (found.is !== "open") throw notDecidable(found, world.clock.now());
    return decideApproval(world.services, found, { choice, by, note });
  };
  const open = () => world.services.approvals.list("shop", "dev", 10);
  return { ...world, tokens, charged, step, idOf, find, decide, open };
}

describe("an approval", () => {
  it("shows in lists whom the run waits for, and is explained with what happens without a decision", async () => {
    const { start, pass, jobs, services, clock } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    const job = (await jobs.get(id)) as Job;
    const wait = { step: "main.decision", asked: ["boss@example.com"] };
    expect(summaryOf(job, clock.now()).waits).toMatchObject([wait]);
    const { says, waits } = await explainJob(services, job, clock.now());
    expect(waits).toMatchObject([wait]);
    expect(says.at(-1)).toMatch(
      /^main\.decision waits for the decision of boss@example\.com until .*, and then counts as "reject"\.$/,
    );
  });

  it("asks by a job, waits, and goes on with the decision", async () => {
    const { start, pass, ran, tokens, decide, charged, step, jobs, clock, open } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    expect(tokens()).toEqual([expect.stringMatching(/^[\w-]{60}$/)]);
    expect(ran.at(-1)?.input).toEqual({ body: { text: `Decide: https://api.example.com/approve/${tokens()[0]}` } });
    expect(await step(id)).toMatchObject({
      status: "waiting",
      until: clock.now() - minute + 24 * hour,
      approval: { title: "Refund 42?", choices: ["approve", "reject"], asked: ["boss@example.com"] },
    });
    expect(await open()).toMatchObject([
      {
        job_id: id,
        step: "main.decision",
        title: "Refund 42?",
        show: [{ label: "Order", value: "A-1" }, { value: "create-1" }],
      },
    ]);
    expect(charged()).toEqual([]);
    const at = clock.now();
    expect(await decide(id, "approve", "boss@example.com", "fine")).toMatchObject({ isOurs: true });
    await pass(second);
    const got = { choice: "approve", by: "boss@example.com", at, note: "fine" };
    expect(charged()).toEqual([{ body: { got } }]);
    expect(await step(id)).toMatchObject({ status: "completed", approval: { decision: got } });
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(await open()).toEqual([]);
  });

  it("keeps the address out of all that is stored", async () => {
    const echo = ({ input }: { input: unknown }) => ({ body: { echo: input } });
    const { start, pass, tokens, jobs, idOf, open, blobs } = worldOf({}, { mail: echo });
    const id = await start("onboard", order);
    await pass(minute);
    const [token = ""] = tokens();
    const stored = JSON.stringify([jobs.all(), await open(), blobs]);
    expect(stored).toContain(await idOf(id));
    expect(stored).toContain("approval.url.");
    expect(stored).not.toContain(token);
  });

  it("hides the address in a failure that quotes it", async () => {
    const { JobError } = await import("../../../../../lambdas/core/job/job-error.ts");
    const fail = ({ input }: { input: unknown }) => {
      throw new JobError("NOT_FOUND", `nobody at ${JSON.stringify(input)}`);
    };
    const { start, pass, tokens, jobs } = worldOf({}, { mail: fail });
    await start("onboard", order);
    await pass(minute);
    const failed = jobs.all().find(({ event }) => event === "mail");
    expect(failed?.error?.message).toContain("approval.url.");
    expect(JSON.stringify(jobs.all())).not.toContain(tokens()[0]);
  });

  it("may be a key's, without anybody who is asked", async () => {
    const { start, pass, decide, charged, tokens, step } = worldOf({ ask: undefined });
    const id = await start("onboard", order);
    await pass(minute);
    expect(tokens()).toEqual([]);
    expect(await step(id)).toMatchObject({ approval: { asked: [] } });
    await decide(id, "reject", "key_1");
    await pass(second);
    expect(charged()).toMatchObject([{ body: { got: { choice: "reject", by: "key_1" } } }]);
  });

  it("asks several, each with a token, and the first who decides does so for all", async () => {
    const { start, pass, tokens, decide, step, idOf } = worldOf({
      ask: [
        { event: "mail", input: ask.input },
        { ...ask, to: "second" },
        { event: "mail", input: ask.input },
      ],
    });
    const id = await start("onboard", order);
    await pass(minute);
    expect(new Set(tokens()).size).toBe(3);
    expect(await step(id)).toMatchObject({ approval: { asked: ["mail 1", "second", "mail 3"] } });
    await decide(id, "approve", "second");
    await pass(second);
    await expect(decide(id, "reject", "mail 1")).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: expect.stringContaining("decided: approve, by second"),
    });
    expect(await idOf(id)).toMatch(/^apr_[0-9a-f]{32}_[0-9a-f]{16}$/);
  });

  it("is decided once by two people at once", async () => {
    const { start, pass, find, services, charged } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    const found = await find(id);
    if (found.is !== "open") throw new Error(found.is);
    const both = await Promise.all([
      decideApproval(services, found, { choice: "approve", by: "one" }),
      decideApproval(services, found, { choice: "reject", by: "two" }),
    ]);
    expect(both.filter(({ isOurs }) => isOurs)).toHaveLength(1);
    expect(both[0]?.decision).toEqual(both[1]?.decision);
    await pass(second);
    expect(charged()).toMatchObject([{ body: { got: both[0]?.decision } }]);
  });

  it.each([
    ["a choice", "reject", { choice: "reject", timed_out: true }],
    ["fail", "fail", undefined],
  ])("ends after its time-out with %s", async (_, otherwise, got) => {
    const { start, pass, charged, jobs, clock, open, decide, step } = worldOf({ otherwise });
    const id = await start("onboard", order);
    const until = clock.now() + 24 * hour;
    await pass(24 * hour + minute);
    if (got) expect(charged()).toEqual([{ body: { got: { ...got, at: until } } }]);
    else expect(await jobs.get(id)).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    expect(await step(id)).toMatchObject({ timed_out: true });
    expect(await open()).toEqual([]);
    await expect(decide(id)).rejects.toMatchObject({ message: expect.stringContaining("timed out") });
  });

  it("takes no decision after its time, even before the run has seen that it is over", async () => {
    const { start, pass, clock, find, decide } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    await clock.advance(24 * hour - minute);
    expect(await find(id)).toMatchObject({ is: "over", why: "time" });
    await expect(decide(id)).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  });

  it("whose decision and time-out meet goes the way of the one that was put first", async () => {
    for (const isDecidedFirst of [true, false]) {
      const { start, pass, find, services, charged, clock } = worldOf();
      const id = await start("onboard", order);
      await pass(24 * hour - second);
      const found = await find(id);
      if (found.is !== "open") throw new Error(found.is);
      // The process of the person who decides stands still until the run has timed out, or not.
      if (!isDecidedFirst) await pass(minute);
      const { isOurs, decision } = await decideApproval(services, found, { choice: "approve", by: "late" });
      expect(isOurs).toBe(isDecidedFirst);
      await pass(minute);
      expect(charged()).toMatchObject([{ body: { got: { choice: isDecidedFirst ? "approve" : "reject" } } }]);
      expect(decision.choice).toBe(isDecidedFirst ? "approve" : "reject");
      expect(clock.now()).toBeGreaterThan(0);
    }
  });

  it("whose decider died before the run was woken is woken by the stream", async () => {
    const { start, pass, find, services, charged, queue } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    const found = await find(id);
    if (found.is !== "open") throw new Error(found.is);
    const dead = { ...services, queue: { sendMany: () => Promise.reject(new TransientError("X", "x")) } };
    await decideApproval(dead as never, found, { choice: "approve", by: "one" }).catch(() => {});
    await pass(second);
    expect(charged()).toEqual([]);
    // The message has what it takes to wake the run.
    const kept = await services.signals.first(decisionAddress(found.job, found.approval.id), 0, () => true);
    await queue.send("feature", kept?.wake as never, { delaySeconds: 0, group: "" });
    await pass(second);
    expect(charged()).toHaveLength(1);
  });

  it("asks again with the same token where the decision died after it was recorded", async () => {
    for (const dies of ["open", "create"] as const) {
      const { start, pass, tokens, services, jobs, charged, decide, ran } = worldOf();
      let isDead = false;
      const once = (what: typeof dies) => {
        if (what !== dies || isDead) return;
        isDead = true;
        throw new TransientError("X", "AWS is gone");
      };
      const { open: openApproval } = services.approvals;
      services.approvals.open = async (one) => {
        await openApproval(one);
        once("open");
      };
      const { create } = services.jobs;
      services.jobs.create = async (job) => {
        const created = await create(job);
        if (job.event === "mail") once("create");
        return created;
      };
      const id = await start("onboard", order);
      await pass(10 * minute);
      expect(isDead).toBe(true);
      expect(new Set(tokens()).size).toBe(1);
      expect(ran.filter(({ event }) => event === "mail")).toHaveLength(1);
      expect(jobs.all().filter(({ event }) => event === "mail")).toHaveLength(1);
      await decide(id);
      await pass(minute);
      expect(charged()).toHaveLength(1);
    }
  });

  it("is over with its run", async () => {
    const { start, pass, services, find, decide } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    const { approval: shown } = (await worldStep(services, id)) as { approval: { id: string } };
    await changeJob(services, id, cancel("no need"));
    expect(await findApproval(services, shown.id)).toMatchObject({ is: "over", why: "run" });
    await expect(decide(id)).rejects.toMatchObject({ code: "STATE_CONFLICT", jobStatus: "cancelled" });
    expect(await find(id)).toMatchObject({ is: "over" });
  });

  it("is over when its run is about to be cancelled, and undoes its steps first", async () => {
    const undone = approval();
    Object.assign(undone.sequences.main?.[0] ?? {}, { undo: { event: "charge" } });
    const { start, pass, services, idOf } = worldOf(undefined, undefined, undefined, undone);
    const id = await start("onboard", order);
    await pass(minute);
    const shown = await idOf(id);
    expect(await changeJob(services, id, cancel("no need"))).toMatchObject({ status: "running" });
    expect(await findApproval(services, shown)).toMatchObject({ is: "over", why: "gone on" });
  });

  it("asks anew where its run is retried, and the earlier address is over", async () => {
    const { start, pass, services, tokens, decide, charged, idOf } = worldOf({ otherwise: "fail" });
    const id = await start("onboard", order);
    await pass(minute);
    const first = await idOf(id);
    await pass(25 * hour);
    await changeJob(services, id, retry(0));
    await pass(minute);
    expect(new Set(tokens()).size).toBe(2);
    expect(await idOf(id)).not.toBe(first);
    expect(await findApproval(services, first)).toMatchObject({ is: "decided", decision: { timed_out: true } });
    await decide(id);
    await pass(minute);
    expect(charged()).toHaveLength(1);
  });

  it("is over where another step fails its run, and asks anew where that is retried", async () => {
    let isBroken = true;
    const { sequences } = approval();
    const feature = { sequences: { ...sequences, other: [{ event: "charge", delay: minute }] } };
    const { start, pass, services, tokens, idOf, find, open } = worldOf(
      {},
      {
        charge: async () => {
          const { JobError } = await import("../../../../../lambdas/core/job/job-error.ts");
          if (isBroken) throw new JobError("NOT_FOUND", "no");
        },
      },
      {},
      feature,
    );
    const id = await start("onboard", order);
    await pass(second);
    const first = await idOf(id);
    await pass(hour);
    expect(await findApproval(services, first)).toMatchObject({ is: "over", why: "run" });
    expect(await open()).toEqual([]);
    isBroken = false;
    await changeJob(services, id, retry(0));
    await pass(hour);
    expect(new Set(tokens()).size).toBe(2);
    expect(await findApproval(services, first)).toMatchObject({ is: "over", why: "gone on" });
    expect(await find(id)).toMatchObject({ is: "open" });
  });

  it("fails where the event of its ask refuses the input, and is not listed", async () => {
    const { start, pass, jobs, open } = worldOf({
      ask: { event: "mail", input: { params: "$Input{order}", body: "$Approval{url}" } },
    });
    const id = await start("onboard", order);
    await pass(minute);
    expect(await jobs.get(id)).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    expect(await open()).toEqual([]);
  });

  it("waits for an event that the catalog has lost", async () => {
    const asking = { ask: { ...ask, event: "notify" } };
    let lose = () => {};
    const notify = { jobs: { notify: call("mail") } } as never;
    const { start, pass, deploy, step, ran, jobs } = worldOf(asking, { create: () => lose() }, notify);
    lose = () => void deploy({ onboard: approval() }, {});
    const id = await start("onboard", order);
    await pass(minute);
    expect(await step(id)).toMatchObject({ status: "waiting", error: { code: "CONFIGURATION_ERROR" } });
    deploy({ onboard: approval() }, { jobs: { notify: call("mail") } } as never);
    await pass(10 * minute);
    expect(await step(id)).not.toHaveProperty("error");
    expect(ran.filter(({ event }) => event === "notify")).toHaveLength(1);
    expect(await jobs.get(id)).toMatchObject({ status: "running" });
  });

  it("is asked and decided as it began, whatever is deployed meanwhile and rolled back", async () => {
    const other: Partial<Approve> = { title: "Pay?", choices: ["pay", "wait"], otherwise: "wait", timeout: "1h" };
    const { start, pass, deploy, decide, find, charged, open, jobs, ran } = worldOf();
    const [early, late] = [await start("onboard", order), await start("onboard", order)];
    await pass(minute);
    deploy({ onboard: approval(other) });
    const between = await start("onboard", order);
    await pass(minute);
    expect((await open()).map(({ title, choices }) => [title, choices])).toEqual([
      ["Refund 42?", ["approve", "reject"]],
      ["Refund 42?", ["approve", "reject"]],
      ["Pay?", ["pay", "wait"]],
    ]);
    await expect(decide(early, "pay")).rejects.toMatchObject({ faults: [{ pointer: "/choice" }] });
    await decide(early, "approve");
    await pass(minute);
    deploy({ onboard: approval() });
    await expect(decide(between, "approve")).rejects.toMatchObject({ faults: [{ pointer: "/choice" }] });
    await pass(2 * hour);
    // The hour of the one is over, and the day of the other is not.
    expect(await find(late)).toMatchObject({ is: "open" });
    await pass(24 * hour);
    for (const id of [early, late, between]) expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(charged()).toMatchObject([
      { body: { got: { choice: "approve" } } },
      { body: { got: { choice: "wait", timed_out: true } } },
      { body: { got: { choice: "reject", timed_out: true } } },
    ]);
    expect(ran.filter(({ event }) => event === "mail")).toHaveLength(3);
  });

  it("shows what is asked and decided, never what it sends", async () => {
    const { start, pass, services, jobs, clock, decide } = worldOf();
    const id = await start("onboard", order);
    await pass(minute);
    const shown = async () => {
      const job = await jobs.get(id);
      return job && (await viewOf(services, job, clock.now()));
    };
    const open = await shown();
    expect(open?.steps?.["main.decision"]).toEqual({
      status: "waiting",
      started_at: expect.any(Number),
      until: expect.any(Number),
      approval: {
        id: expect.stringMatching(/^apr_/),
        title: "Refund 42?",
        choices: ["approve", "reject"],
        asked: ["boss@example.com"],
      },
    });
    await decide(id);
    await pass(minute);
    expect(JSON.stringify(await shown())).not.toContain("approval.url.");
  });

  it("cuts what is too long to show, and leaves out what leads nowhere", async () => {
    const { start, pass, open } = worldOf({
      title: "$Input{long}",
      show: [{ label: "Nothing", value: "$Input{none}" }, { label: "Object", value: "$Input{object}" }, "a\nb"],
    });
    await start("onboard", { ...order, long: "x".repeat(300), object: { a: [1] } });
    await pass(minute);
    expect(await open()).toMatchObject([
      {
        title: `${"x".repeat(199)}…`,
        show: [{ label: "Object", value: '{"a":[1]}' }, { value: "a b" }],
      },
    ]);
  });
});

async function worldStep(services: { jobs: { get(id: string): Promise<unknown> } }, id: string) {
  return (stepsOf((await services.jobs.get(id)) as never) as Record<string, unknown>)["main.decision"];
}

describe("the check of a catalog", () => {
  const faultsOf = (approve: unknown, more: object = {}) =>
    checkCatalog(
      [productWith({ onboard: { sequences: { main: [{ step: "decision", approve, ...more }] } } as FeatureTarget })],
      registry,
    );
  const at = "/shop/features/onboard/sequences/main/0";

  it.each<[string, unknown, string, RegExp, object?]>([
    [
      "an event that the product does not have",
      { title: "x", ask: { ...ask, to: "a", event: "mial" } },
      "/approve/ask/event",
      /Did you mean "mail"/,
    ],
    [
      "an event of a feature",
      { title: "x", ask: { ...ask, to: "a", event: "onboard" } },
      "/approve/ask/event",
      /is of a feature/,
    ],
    [
      "an otherwise that is no choice",
      { title: "x", otherwise: "rejct" },
      "/approve/otherwise",
      /Did you mean "reject"/,
    ],
    ["no choices", { title: "x", choices: [] }, "/approve/choices", /./],
    ["too many choices", { title: "x", choices: [..."abcdefghijk"] }, "/approve/choices", /./],
    ["a choice twice", { title: "x", choices: ["yes", "Yes"] }, "/approve/choices/1", /is the same as/],
    ["a choice that is long", { title: "x", choices: ["x".repeat(41)] }, "/approve/choices/0", /./],
    ["a choice named fail", { title: "x", choices: ["ok", "fail"] }, "/approve/choices/1", /otherwise/],
    ["a time-out that is short", { title: "x", timeout: "10ms" }, "/approve/timeout", /1000/],
    ["a time-out that is long", { title: "x", timeout: "401d" }, "/approve/timeout", /./],
    ["no title", {}, "/approve/title", /./],
    ["the address in the title", { title: "$Approval{url}" }, "/approve/title", /in `ask.input` of an approval only/],
    ["the address in `to`", { title: "x", ask: { ...ask, to: "$Approval{url}" } }, "/approve/ask/to", /ask.input/],
    [
      "something else of the approval",
      { title: "x", ask: { event: "mail", input: { body: "$Approval{id} $Approval{url}" } } },
      "/approve/ask/input/body",
      /\$Approval\{url\}/,
    ],
    [
      "an operator on the address",
      { title: "x", ask: { event: "mail", input: { body: "$Uppercase($Approval{url})" } } },
      "/approve/ask/input/body",
      /stands by itself/,
    ],
    [
      "an ask that does not say where",
      { title: "x", ask: [{ event: "mail" }] },
      "/approve/ask/0/input",
      /does not say where/,
    ],
    [
      "a credential in an ask",
      { title: "x", ask: { event: "mail", input: { body: "$Auth{api}{key} $Approval{url}" } } },
      "/approve/ask/input/body",
      /\$Auth/,
    ],
    [
      "an input that its event refuses",
      { title: "x", ask: { event: "mail", input: { bodi: "$Approval{url}" } } },
      "/approve/ask/input/bodi",
      /./,
    ],
    ["a step that is not there", { title: "$Sequence{main}{nope}{x}" }, "/approve/title", /no step/],
    ["an event besides", { title: "x" }, "/approve", /does not go with `event`/, { event: "mail" }],
    ["a wait besides", { title: "x" }, "/approve", /does not go with `wait`/, { wait: { for: "1h" } }],
    ["retries", { title: "x" }, "/retries", /is of jobs/, { retries: 2 }],
    ["no name", { title: "x" }, "/step", /./, { step: undefined }],
  ])("finds %s", (...[, approve, pointer, detail, more]) => {
    expect(faultsOf(approve, more)).toContainEqual({
      pointer: at + pointer,
      detail: expect.stringMatching(detail),
    });
  });

  it("takes the least and the most", () => {
    expect(faultsOf({ title: "x" })).toEqual([]);
    const asks = Array.from({ length: 10 }, (_, i) => ({
      event: "mail",
      to: `r${i}`,
      input: { body: "$Approval{url}" },
    }));
    const most = { title: "x", choices: [..."abcdefghij"], ask: asks, timeout: "400d", otherwise: "j" };
    expect(faultsOf(most)).toEqual([]);
  });

  it("finds the address in the input of an ordinary step", () => {
    const main = [{ event: "mail", input: { body: "$Approval{url}" } }];
    expect(checkCatalog([productWith({ onboard: { sequences: { main } } })], registry)).toContainEqual({
      pointer: `${at}/input/body`,
      detail: expect.stringContaining("ask.input"),
    });
  });
});
