import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/catalog/check-catalog.ts";
import { type Job, messageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { cancel, cancelJob, changeJob, deleteJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import type { ExecuteWithServices, Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import type { RequestError } from "../../../../../lambdas/core/requests/request-error.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { noon } from "../../../../support/builders.ts";
import { throttled } from "../../../../support/fakes/failures.ts";
import { productWith, stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";

const onboard: FeatureTarget = {
  input: { email: { type: "email" }, plan: { type: "string", required: false } },
  sequences: {
    main: [
      { event: "create", input: { body: { email: "$Input{email}" } } },
      {
        event: "charge",
        if: { value: "$Input{plan}", equals: "pro" },
        input: { body: { customer: "$Sequence{main}{create}{body}{id}" } },
      },
      { event: "mail", input: { body: { text: "$Concat(['Hello', $Sequence{main}{create}{body}{id}], ' ')" } } },
    ],
  },
  output: { customer: "$Sequence{main}{create}{body}{id}", charge: "$Sequence{main}{charge}{body}{id}" },
};

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

  it("is one attempt of one run, and shows each step's state, times and job", async () => {
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

  it("starts steps without dependencies side by side, and a step only after all it depends on", async () => {
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

  it("is looked after at a full minute, so that decisions within one leave its place in the index as it is", async () => {
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
    expect(seen.map((feature) => feature?.version)).toEqual([3, 5]);
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
    expect(schedules).toMatchObject([{ type: "action", at: noon / 1000 + 86_400 - 75 }]);
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

describe("a step that fails", () => {
  const broken = () => {
    throw new JobError("NOT_FOUND", "The API answered 404.");
  };

  it("fails the feature, whose open steps are cancelled", async () => {
    const { run, jobs, scheduler } = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "charge", input: {} },
              { event: "mail", input: {} },
            ],
            side: [{ event: "create", input: {}, delay: 3_600_000 }],
          },
        },
      },
      { charge: broken },
    );
    const job = await run();
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: "Step main.charge failed: The API answered 404." },
    });
    const inline = stepsOf(job);
    expect(inline).toMatchObject({ "main.charge": { status: "failed" }, "side.create": { status: "cancelled" } });
    expect(inline).not.toHaveProperty("main.mail");
    expect(await jobs.get(inline["side.create"]?.job_id ?? "")).toMatchObject({
      status: "cancelled",
      reason: "its feature failed",
    });
    expect(scheduler.schedules.size).toBe(0);
  });

  it("is allowed to where allow_fail says so; references to its result get none", async () => {
    const { run, ran } = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "charge", input: {}, allow_fail: true },
              { event: "mail", input: { body: { charge: "$Sequence{main}{charge}{body}{id}", name: "x" } } },
            ],
          },
        },
      },
      { charge: broken },
    );
    expect(await run()).toMatchObject({ status: "completed" });
    expect(ran.at(-1)).toEqual({ event: "mail", input: { body: { name: "x" } } });
  });

  it("is retried by its own count first", async () => {
    let tries = 0;
    const { run } = world(
      {
        onboard: {
          sequences: { main: [{ event: "charge", input: {}, retries: 2, retry_config: { initial_delay: 1 } }] },
        },
      },
      {
        charge: () => {
          if (++tries < 3) throw new JobError("SERVICE_UNAVAILABLE", "busy");
          return { ok: true };
        },
      },
    );
    expect(await run()).toMatchObject({ status: "completed" });
    expect(tries).toBe(3);
  });

  it("because its event refuses the piped input says where, and the input nowhere", async () => {
    const { run } = world({
      onboard: { sequences: { main: [{ event: "create", input: { body: "$Input{secret}" } }] } },
    });
    const job = await run("onboard", { secret: "s3cret" });
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "VALIDATION_ERROR", message: expect.stringContaining("/input/body ") },
    });
    expect(stepsOf(job)["main.create"]).toMatchObject({ status: "failed", finished_at: noon });
    expect(JSON.stringify([job?.error, job?.progress])).not.toContain("s3cret");
  });

  it("on the spot cancels what the same decision has started", async () => {
    const later = { event: "create", input: {}, delay: 3_600_000 };
    const refused = { event: "charge", input: { body: "$Input{n}" }, depends_on: [] };
    const w = world({ onboard: { sequences: { main: [later, refused] } } });
    expect(await w.run("onboard", { n: "x" })).toMatchObject({ status: "failed" });
    expect(w.jobs.all().map(({ event, status }) => `${event} ${status}`)).toEqual([
      "onboard failed",
      "create cancelled",
    ]);
  });

  it("because an operator got the wrong value fails on the spot", async () => {
    const { run, ran } = world({
      onboard: { sequences: { main: [{ event: "create", input: { body: { n: "$Add($Input{n})" } } }] } },
    });
    expect(await run("onboard", { n: "x" })).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    expect(ran).toEqual([]);
  });
});

describe("a retried feature", () => {
  it("tries its failed steps again, with what completed as it was", async () => {
    let broken = true;
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", input: {} },
              { event: "charge", input: {} },
              { event: "mail", input: {} },
            ],
          },
        },
      },
      {
        charge: () => {
          if (broken) throw new JobError("NOT_FOUND", "no account");
          return { ok: true };
        },
      },
    );
    const id = await w.start();
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "failed" });
    broken = false;
    await changeJob(w, id, retry(0));
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempt: 2 });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge", "mail"]);
  });

  it.each([
    ["", false],
    [", its job deleted too", true],
  ])("leaves a failed step that may fail as it was%s", async (_, deleted) => {
    let broken = true;
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", input: {}, allow_fail: true },
              { event: "charge", input: {} },
            ],
          },
        },
      },
      {
        create: () => {
          throw new JobError("NOT_FOUND", "nobody");
        },
        charge: () => {
          if (broken) throw new JobError("NOT_FOUND", "no account");
          return { ok: true };
        },
      },
    );
    const id = await w.start();
    await w.settle();
    broken = false;
    if (deleted) await deleteJob(w, stepsOf(await w.jobs.get(id))["main.create"]?.job_id ?? "");
    await changeJob(w, id, retry(0));
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempt: 2 });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge"]);
  });
});

it("finds the results of a sequence whose name has a dot", async () => {
  const { run } = world({
    onboard: {
      sequences: { "sign.up": [{ event: "create", input: {} }], main: [{ event: "mail", step: "by.mail", input: {} }] },
      output: { id: "$Sequence{sign.up}{create}{body}{id}", mail: "$Sequence{main}{by.mail}{body}{id}" },
    },
  });
  expect(await run()).toMatchObject({ result: { inline: { id: "create-1", mail: "mail-1" } } });
});

describe("conditions", () => {
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

describe("whatever happens to messages", () => {
  it("a wake-up that meets a decision in progress is delivered again", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = w.queue.sent.splice(0)[0]?.message;
    if (!message) throw new Error("nothing was sent");
    const decideSlowly: ExecuteWithServices = async (execution, services) => {
      const decision = await decide(execution, services);
      await runJob(w, decide, message, { policy: decisionPolicy });
      return decision;
    };
    await runJob(w, decideSlowly, message, { policy: decisionPolicy });
    const wakeUps = w.queue.sent.filter(({ type }) => type === "feature");
    expect(wakeUps).toMatchObject([{ delaySeconds: 0, message: { job_id: id } }]);
    expect(await w.jobs.get(id)).toMatchObject({ status: "running" });
  });

  it("deciding twice starts no step twice", async () => {
    const { start, queue, settle, ran, jobs } = world({ onboard });
    const id = await start("onboard", { email: "a@b.example", plan: "pro" });
    const first = queue.sent[0];
    for (let i = 0; i < 3; i++) if (first) queue.sent.push(structuredClone(first));
    await settle();
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
  });

  it("a lost wake-up is made good by the reconciler", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const { send } = w.queue;
    w.queue.send = async (type, message, options) => {
      // The step ends, but what it owes its feature is lost with its consumer.
      if (type === "feature") throw new Error("crashed");
      await send(type, message, options);
    };
    await w.settle().catch(() => {});
    expect(await w.jobs.get(id)).toMatchObject({ status: "running" });
    w.queue.send = send;
    await w.clock.advance(300_000);
    await reconcile(w);
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("when AWS refuses a step, the feature tries again by itself", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const { create } = w.jobs;
    w.jobs.create = async () => {
      w.jobs.create = create;
      throw throttled();
    };
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("while AWS refuses, one message asks again, however many have woken the feature", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = messageOf((await w.jobs.get(id)) as Job);
    const { getMany } = w.jobs;
    w.jobs.getMany = async () => {
      throw throttled();
    };
    for (const _round of [1, 2, 3]) {
      w.queue.sent.length = 0;
      for (const _doubled of [1, 2, 3, 4]) {
        await runJob(w, decide, message, { policy: decisionPolicy });
        await w.clock.advance(100);
      }
      expect(w.queue.sent).toMatchObject([{ type: "feature", message, delaySeconds: 5, group: "shop:dev" }]);
      await w.clock.advance(4600);
    }
    w.jobs.getMany = getMany;
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("while AWS refuses, it shows what it knew of its steps, and the reconciler has a minute", async () => {
    const w = world({ onboard: { sequences: { main: [{ event: "create", input: {}, delay: 3_600_000 }] } } });
    const id = await w.start();
    await w.settle();
    const message = messageOf((await w.jobs.get(id)) as Job);
    const known = stepsOf(await w.jobs.get(id));
    expect(known).toMatchObject({ "main.create": { status: "scheduled" } });
    w.jobs.getMany = async () => {
      throw throttled();
    };
    await runJob(w, decide, message, { policy: decisionPolicy });
    const job = await w.jobs.get(id);
    expect(stepsOf(job)).toEqual(known);
    expect(job).toMatchObject({ wake_at: w.clock.now() + 60_000, retry_decision_at: w.clock.now() + 5000 });
  });

  it("while AWS refuses, the message that asks again does so where the clock is a little behind, too", async () => {
    const w = world({ onboard });
    const id = await w.start("onboard", { email: "a@b.example" });
    const message = messageOf((await w.jobs.get(id)) as Job);
    w.jobs.getMany = async () => {
      throw throttled();
    };
    await runJob(w, decide, message, { policy: decisionPolicy });
    w.queue.sent.length = 0;
    await w.clock.advance(4900);
    await runJob(w, decide, message, { policy: decisionPolicy });
    expect(w.queue.sent).toMatchObject([{ message, delaySeconds: 5 }]);
  });
});

describe("what a decision keeps in S3", () => {
  const large = "x".repeat(5000);
  const piping: FeatureTarget = {
    sequences: { main: [{ event: "create", input: { body: { text: "$Input{text}" } } }] },
  };
  /** With a progress that is too large for the item. */
  const wide: FeatureTarget = {
    sequences: { main: Array.from({ length: 50 }, (_, i) => ({ event: "create", step: `step${i}`, depends_on: [] })) },
  };

  it.each([
    ["its input", "get", piping],
    ["its progress", "put", wide],
  ] as const)("and S3 refuses is no failed attempt: %s", async (_, method, onboard) => {
    const w = world({ onboard });
    const id = await w.start("onboard", { text: large }, { retries: 0 });
    const { [method]: real } = w.blobs;
    w.blobs[method] = async () => {
      w.blobs[method] = real as never;
      throw new Error("SlowDown");
    };
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
  });

  it("is read where a step that may start now, or the output, refers to it, and not before", async () => {
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", step: "a", input: {}, depends_on: [] },
              { event: "create", step: "b", input: {}, depends_on: [] },
              { event: "create", step: "c", input: {}, depends_on: [] },
              { event: "mail", input: { body: { text: "$Sequence{main}{a}{text}" } }, depends_on: ["a", "b"] },
              { event: "charge", if: { value: "$Sequence{main}{b}{text}", exists: false }, depends_on: ["mail"] },
              { event: "charge", step: "last", depends_on: ["charge"] },
            ],
          },
          output: { a: "$Sequence{main}{a}{text}" },
        },
      },
      { create: () => ({ text: large }) },
    );
    const { get } = w.blobs;
    const read: string[] = [];
    w.blobs.get = async (key) => {
      const job = await w.jobs.get(key.split("/")[1] ?? "");
      if (key.startsWith("results/")) read.push(job?.parent?.step ?? "");
      return get(key);
    };
    expect(await w.run()).toMatchObject({ status: "completed" });
    // For the mail, for the condition after it, and for the output.
    expect(read).toEqual(["main.a", "main.b", "main.a"]);
  });

  it("and is there no more fails it for good", async () => {
    const w = world({ onboard: piping });
    const id = await w.start("onboard", { text: large });
    w.blobs.blobs.clear();
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "failed", attempt: 1, error: { code: "NOT_FOUND" } });
  });
});

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

  it("again reaches the steps that the first time has not: AWS had refused them", async () => {
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

  it("while it decides cancels the steps of that very decision", async () => {
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

describe("a step that its feature does not know of", () => {
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
    w.queue.send(step.type, messageOf(step), { delaySeconds: 0, group: "g" });

  it.each([
    ["before the decision was kept", false],
    ["while it was made", true],
  ])("does not run when the feature was cancelled %s, and its decider died", async (_when, during) => {
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

  it("does not run when the feature was deleted since", async () => {
    const w = world({ onboard: creating(0) });
    const id = await w.start();
    const step = await diesDeciding(w);
    await cancelJob(w, id, "by request");
    await deleteJob(w, id);
    await handOver(w, step);
    await w.settle();
    expect(w.ran).toEqual([]);
  });

  it("does not run for another feature that has got the id of the deleted one", async () => {
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

  it("and that is a feature too starts nothing more, and cancels what it has started", async () => {
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

  it("does run when somebody retries it after its feature has failed", async () => {
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
});

describe("a feature that is asked for again by its key after it was deleted", () => {
  it("runs its own steps, whatever is left of those before", async () => {
    const w = world({ onboard });
    const again = { idempotency_key: "customer-1" };
    const first = await w.start("onboard", { email: "a@shop.dev" }, again);
    await w.settle();
    await deleteJob(w, first);
    await w.clock.advance(1);
    const second = await w.start("onboard", { email: "b@shop.dev" }, again);
    await w.settle();
    expect(second).toBe(first);
    expect(w.ran.map(({ input }) => input)).toContainEqual({ body: { email: "b@shop.dev" } });
    expect(await w.jobs.get(second)).toMatchObject({ status: "completed" });
  });
});

describe("a step whose job is deleted while its feature goes on", () => {
  const hour = 3_600_000;
  const mailing = (input: Record<string, unknown>): FeatureTarget => ({
    sequences: {
      main: [
        { event: "create", input: {} },
        { event: "charge", input: {}, delay: hour },
        { event: "mail", input },
      ],
    },
    output: { done: true },
  });

  /** A feature whose first step has completed and whose second one is due. */
  async function waiting(input: Record<string, unknown>) {
    const w = world({ onboard: mailing(input) });
    const id = await w.start();
    await w.settle();
    const idOf = async (step: string) => stepsOf(await w.jobs.get(id))[step]?.job_id ?? "";
    await w.clock.advance(hour);
    const goOn = async () => {
      for (const { type, message } of w.scheduler.schedules.values())
        await w.queue.send(type, message, { delaySeconds: 0, group: "g" });
      await w.settle();
      return w.jobs.get(id);
    };
    return { ...w, id, create: await idOf("main.create"), charge: await idOf("main.charge"), goOn };
  }

  it("is not run again", async () => {
    const w = await waiting({});
    await deleteJob(w, w.create);
    expect(await w.goOn()).toMatchObject({ status: "completed" });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
  });

  it("fails what needs its result, which is gone with it", async () => {
    const w = await waiting({ body: { text: "$Sequence{main}{create}{body}{id}" } });
    await deleteJob(w, w.create);
    expect(await w.goOn()).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringMatching(/^Step main.mail failed: .*main.create.* deleted/) },
    });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
  });

  it("fails the feature that has not seen how it ended, and is run again only by a retry", async () => {
    const w = await waiting({});
    const { send } = w.queue;
    w.queue.send = async (type, ...message) => {
      if (type === "feature") throw new Error("the wake-up is lost");
      await send(type, ...message);
    };
    await w.goOn().catch(() => {});
    w.queue.send = send;
    await deleteJob(w, w.charge);
    await w.clock.advance(300_000);
    await reconcile(w);
    await w.settle();
    expect(await w.jobs.get(w.id)).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringMatching(/^Step main.charge failed: .*deleted/) },
    });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
    await changeJob(w, w.id, retry(0));
    await w.settle();
    await w.goOn();
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge", "mail"]);
  });
});

describe("the catalog finds", () => {
  const faults = (feature: unknown, more: Record<string, unknown> = {}) =>
    checkCatalog(
      [productWith({ onboard: feature as FeatureTarget, ...(more as Record<string, FeatureTarget>) })],
      registry,
    ).map(({ pointer, detail }) => `${pointer} ${detail}`);
  const main = (...steps: unknown[]) => ({ sequences: { main: steps } });

  it.each([
    ["an unknown event", main({ event: "creat" }), /main\/0\/event .*Did you mean "create"/],
    [
      "an unknown step",
      main({ event: "create", depends_on: ["mial"] }, { event: "mail" }),
      /depends_on .*"main.mial".*Did you mean "main.mail"/,
    ],
    [
      "a step that waits for itself",
      main({ event: "create", depends_on: ["mail"] }, { event: "mail" }),
      /waits for itself/,
    ],
    ["two steps of one name", main({ event: "create" }, { event: "create" }), /another step "main.create"/],
    [
      "a reference to a later step",
      main({ event: "create", input: { a: "$Sequence{main}{mail}{x}" } }, { event: "mail" }),
      /input\/a refers to step "main.mail"/,
    ],
    [
      "a reference to a step beside it",
      main({ event: "create" }, { event: "mail", depends_on: [], input: { a: "$Sequence{main}{create}{x}" } }),
      /add it to depends_on/,
    ],
    [
      "a reference to no step",
      main({ event: "create", input: { a: "$Sequence{main}{charg}{x}" } }),
      /there is no step/,
    ],
    ["an unknown operator", main({ event: "create", input: { a: ["$Uper('x')"] } }), /input\/a\/0 \$Uper is unknown/],
    [
      "an unknown input field",
      { input: { name: { type: "string" } }, ...main({ event: "create", input: { a: "$Input{nam}" } }) },
      /Did you mean "name"/,
    ],
    ["a broken output", { ...main({ event: "create" }), output: { a: "$Trim(" } }, /\/output\/a a value is missing/],
    ["a feature that runs itself", main({ event: "onboard" }), /runs itself/],
    [
      "an unknown operator in what a condition compares with",
      main({ event: "create", if: { value: "$Input{currency}", equals: "$USD" } }),
      /main\/0\/if \$USD is unknown/,
    ],
    [
      "a reference to no step in what a condition compares with",
      main({ event: "create", if: { value: 1, not_equals: ["$Sequence{main}{charg}{x}"] } }),
      /there is no step/,
    ],
    ["a condition that compares nothing", main({ event: "create", if: { value: 1 } }), /compares with nothing/],
  ])("%s", (_what, feature, message) => {
    expect(faults(feature).join("\n")).toMatch(message);
  });

  it("features that run each other", () => {
    expect(faults(main({ event: "other" }), { other: main({ event: "onboard" }) }).join("\n")).toMatch(/runs itself/);
  });
});
