import type { Job } from "../../../../../lambdas/core/job/job.ts";
import type { RequestError } from "../../../../../lambdas/core/kernel/request-error.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { askedFor, noon } from "../../../../support/builders.ts";
import { stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";
import { onboard } from "./onboard.ts";

describe("a feature", () => {
  it("runs its steps in order, pipes results into inputs, and maps its output", async () => {
    const { run, ran } = world({ onboard });
    const job = await run("onboard", { email: "a@b.example", plan: "pro" });
    expect(job).toMatchObject({
      status: "completed",
      result: { inline: { customer: "create-1", charge: "charge-1" } },
    });
    expect(ran).toEqual([
      { event: "create", input: { body: { email: "a@b.example" } } },
      { event: "charge", input: { body: { customer: "create-1" } } },
      { event: "mail", input: { body: { text: "Hello create-1" } } },
    ]);
  });

  it("is one attempt of one run and shows each step's state, times and job", async () => {
    const { run, jobs } = world({ onboard });
    const job = await run("onboard", { email: "a@b.example" });
    expect(job?.attempts).toMatchObject([{ attempt: 1, started_at: noon, outcome: "completed" }]);
    const inline = stepsOf(job);
    expect(inline).toMatchObject({
      "main.create": {
        status: "completed",
        started_at: noon,
        finished_at: noon,
        job_id: expect.stringMatching(/^job_/),
      },
      "main.charge": { status: "skipped" },
      "main.mail": { status: "completed" },
    });
    expect(await jobs.get(inline["main.create"]?.job_id ?? "")).toMatchObject({ event: "create", status: "completed" });
  });

  it("refuses an input that its schema does not allow", () => {
    const { catalog } = world({ onboard });
    const body = { product_tag: "shop", env: "dev", event: "onboard", input: { emial: "x" }, start_at: 0 };
    try {
      parseRequest(body, catalog, noon);
      throw new Error("it was accepted");
    } catch (error) {
      expect((error as RequestError).faults).toEqual([
        { pointer: "/input/email", detail: "is required" },
        { pointer: "/input/emial", detail: 'unknown field. Did you mean "email"?' },
      ]);
    }
  });

  it("starts independent steps side by side, and a step after its dependencies", async () => {
    const { run, ran } = world({
      onboard: {
        sequences: {
          left: [{ event: "create", input: {} }],
          right: [
            { event: "charge", input: {}, depends_on: [] },
            { event: "mail", input: {}, depends_on: ["charge", "left.create"] },
          ],
        },
      },
    });
    const job = await run();
    expect(ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
    expect(job?.result).toMatchObject({
      inline: { left: { create: expect.anything() }, right: { mail: expect.anything() } },
    });
  });

  it("wakes at a full minute, so that its place in the index changes seldom", async () => {
    const seen: (Job | undefined)[] = [];
    const look = async ({ job }: Execution) => {
      seen.push(await jobs.get(job.parent?.message.job_id ?? ""));
      await clock.advance(1000);
      return { body: { id: "c-1" } };
    };
    const { run, jobs, clock } = world({ onboard }, { create: look, mail: look });
    await clock.advance(7000);
    await run("onboard", { email: "a@b.example" });
    expect(seen.map((feature) => feature?.wake_at)).toEqual([noon + 180_000, noon + 180_000]);
    expect(seen.map((feature) => feature?.version)).toEqual([4, 7]);
  });

  it("waits for a delay without a Lambda, however long", async () => {
    const { start, settle, scheduler, jobs, clock, queue } = world({
      onboard: {
        sequences: {
          main: [
            { event: "create", input: {} },
            { event: "mail", input: {}, delay: 86_400_000 },
          ],
        },
      },
    });
    const id = await start();
    await settle();
    const schedules = [...scheduler.schedules.values()];
    const due_at = noon + 86_400_000;
    const at = askedFor({ id: schedules[0]?.message.job_id ?? "", due_at });
    expect(schedules).toMatchObject([{ type: "action", at, message: { due_at } }]);
    expect(await jobs.get(id)).toMatchObject({ status: "running", wake_at: noon + 86_400_000 + 120_000 });
    await clock.advance(86_400_000);
    for (const { type, message } of schedules) await queue.send(type, message, { delaySeconds: 0, group: "g" });
    await settle();
    expect(await jobs.get(id)).toMatchObject({ status: "completed", attempts: [{ started_at: noon }] });
  });

  it("starts a step with the step's own options", async () => {
    const options = { retries: 7, timeout_ms: 1234, retry_config: { initial_delay: 77 } };
    const w = world({ onboard: { sequences: { main: [{ event: "create", input: {}, ...options }] } } });
    const id = stepsOf(await w.run())["main.create"]?.job_id ?? "";
    expect(await w.jobs.get(id)).toMatchObject({ retries: 7, timeout_ms: 1234, retry_policy: { initial_delay: 77 } });
  });

  it("runs a feature as a step of another", async () => {
    const { run, ran } = world({
      onboard: {
        sequences: { main: [{ event: "inner", input: { to: "$Input{to}" } }] },
        output: { got: "$Sequence{main}{inner}{sent}" },
      },
      inner: {
        sequences: { main: [{ event: "mail", input: { body: { to: "$Input{to}" } } }] },
        output: { sent: "$Input{to}" },
      },
    });
    expect(await run("onboard", { to: "a" })).toMatchObject({ status: "completed", result: { inline: { got: "a" } } });
    expect(ran).toEqual([{ event: "mail", input: { body: { to: "a" } } }]);
  });
});

it("a feature finds the results of a sequence whose name has a dot", async () => {
  const { run } = world({
    onboard: {
      sequences: { "sign.up": [{ event: "create", input: {} }], main: [{ event: "mail", step: "by.mail", input: {} }] },
      output: { id: "$Sequence{sign.up}{create}{body}{id}", mail: "$Sequence{main}{by.mail}{body}{id}" },
    },
  });
  expect(await run()).toMatchObject({ result: { inline: { id: "create-1", mail: "mail-1" } } });
});

describe("the condition", () => {
  it.each([
    [{ value: "$Input{n}", equals: 5 }, true],
    [{ value: "$Input{n}", not_equals: 5 }, false],
    [{ value: 5, equals: "$Input{n}" }, true],
    [{ value: "$$USD", equals: "$$USD" }, true],
    [{ value: "$Input{n}", less_than: 6, greater_than: 4 }, true],
    [{ value: "$Input{n}", less_than: 5 }, false],
    [{ value: "$Input{n}", less_than: "6" }, false],
    [{ value: "$Input{list}", length: 2 }, true],
    [{ value: "$Input{list}", length: { greater_than: 2 } }, false],
    [{ value: "$Input{n}", length: 1 }, false],
    [{ value: "$Input{none}", exists: false }, true],
    [{ value: "$Input{none}", exists: true }, false],
    [
      [
        { value: "$Input{n}", equals: 5 },
        { value: "$Input{list}", length: 3 },
      ],
      false,
    ],
  ])("%j is %s", async (condition, runs) => {
    const { run, ran } = world({ onboard: { sequences: { main: [{ event: "create", input: {}, if: condition }] } } });
    expect(await run("onboard", { n: 5, list: [1, 2] })).toMatchObject({ status: "completed" });
    expect(ran.length).toBe(runs ? 1 : 0);
  });
});
