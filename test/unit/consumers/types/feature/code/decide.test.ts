import { describe, expect, test } from "@jest/globals";
import * as z from "zod";
import type { FeatureContext } from "../../../../../../lambdas/code/feature/context.ts";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { StepError } from "../../../../../../lambdas/code/feature/step-errors.ts";
import { decisionAddress } from "../../../../../../lambdas/core/job/approval.ts";
import { type Job, jobMessageOf } from "../../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { runLogOf } from "../../../../../../lambdas/core/job/run-log.ts";
import { TransientError } from "../../../../../../lambdas/core/kernel/errors.ts";
import { requestLimits } from "../../../../../../lambdas/core/kernel/request-limits.ts";
import { cancelJob, changeJob, deleteJob, retry } from "../../../../../../lambdas/core/operations/change-job.ts";
import { migrateJob } from "../../../../../../lambdas/core/operations/migrate-job.ts";
import { explainJob } from "../../../../../../lambdas/core/queries/explain-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

describe("a run of code", () => {
  test("runs events and own code in the order of its handler, and keeps what it returns", async () => {
    let rendered = 0;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, input: { user: string }) {
          const made = (await ctx.run("create", { body: { user: input.user } })) as { body: { id: string } };
          const letter = await ctx.step("render", () => {
            rendered += 1;
            return `Dear ${input.user}`;
          });
          await ctx.run("mail", { body: { letter } });
          return { made: made.body.id, letter };
        },
      }),
    });
    const job = await world.run("onboard", { user: "Ada" });
    expect(job).toMatchObject({ status: "completed", result: { inline: { made: "create-1", letter: "Dear Ada" } } });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
    expect(rendered).toBe(1);
    const view = await world.view(job?.id ?? "");
    expect(Object.entries(view.steps ?? {}).map(([key, { status }]) => [key, status])).toEqual([
      ["create", "completed"],
      ["render", "completed"],
      ["mail", "completed"],
    ]);
  });

  test("sleeps, and waits for a signal", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.object({ amount: z.number() }) },
        async run(ctx) {
          await ctx.sleep("2h");
          const answer = await ctx.waitForSignal("paid", { timeout: "1d" });
          return { answer };
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", steps: { sleep: { status: "waiting" } } });
    await world.pass(61 * minute);
    expect(await world.view(id)).toMatchObject({ steps: { "wait:paid": { status: "waiting" } } });
    await world.signal("paid", { job_id: id }, { amount: 5 });
    await world.pass(1000);
    const view = await world.view(id);
    expect(view).toMatchObject({ status: "completed" });
    expect(JSON.stringify(view.result)).toContain("5");
  });

  test("runs nothing anew where its log is gone, as that of a run which was deleted while a consumer stood still", async () => {
    let charged = 0;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.step("charge", () => {
            charged += 1;
          });
          await ctx.sleep("2h");
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    const job = (await world.services.jobs.get(id)) as Job;
    world.code.restart();
    world.code.crashOn((message) => {
      // The process that was started anew asks for the log from its beginning, which is deleted meanwhile.
      if (message.kind === "decide" && message.from > 0) void world.services.runLogs.remove(runLogOf(job, 1));
      return false;
    });
    await world.pass(2 * 60 * minute);
    expect(charged).toBe(1);
    expect(await world.services.runLogs.read(runLogOf(job, 1), 0)).toEqual([]);
  });

  test("takes many messages in their order, without reading again what it has taken", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.object({ amount: z.number() }) },
        async run(ctx) {
          await ctx.sleep("2h");
          const amounts: number[] = [];
          while (amounts.length < 40) {
            const { payload } = await ctx.waitForSignal("paid", { key: "A-1", step: `paid ${amounts.length}` });
            amounts.push(payload.amount);
          }
          return amounts;
        },
      }),
    });
    const id = await world.start("onboard", {});
    for (let amount = 0; amount < 40; amount++) {
      await world.signal("paid", { key: "A-1" }, { amount });
      await world.pass(2 * minute);
    }
    const looked: number[] = [];
    const { first } = world.services.signals;
    world.services.signals.first = async (address, since, wanted) => {
      let seen = 0;
      const found = await first(address, since, (one) => {
        seen += 1;
        return wanted(one);
      });
      looked.push(seen);
      return found;
    };
    await world.pass(60 * minute);
    const { status, result } = await world.view(id);
    expect(status).toBe("completed");
    expect(JSON.stringify(result)).toContain(JSON.stringify(Array.from({ length: 40 }, (_, amount) => amount)));
    // Those of five minutes before the last one, since one of them might have come late.
    expect(Math.max(...looked)).toBeLessThanOrEqual(5);
  });

  test("fails with what its handler throws, and says which step", async () => {
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await ctx.run("charge", {});
          },
        }),
      },
      {
        charge: () => {
          throw new Error("no");
        },
      },
      { jobs: { charge: { type: "action", app: "api", action: "charge", retries: 0 } } },
    );
    const job = await world.run("onboard", {});
    expect(job).toMatchObject({ status: "failed", error: { retryable: false } });
    expect(job?.error?.message).toContain("charge");
  });

  test("goes on where its decisions have as little time as a request may give them", async () => {
    const handler = async (ctx: Pick<FeatureContext, "run" | "step">) => {
      await ctx.run("create", {});
      return ctx.step("render", () => "Dear Ada");
    };
    const world = codeWorld({ onboard: defineFeature({ run: handler }) });
    const id = await world.start("onboard", {}, { timeout_ms: requestLimits.leastTimeoutMs });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "Dear Ada" });
    expect(
      world.code.asked.every(
        (message) => message.deadline_ms < requestLimits.leastTimeoutMs || message.kind === "bundle",
      ),
    ).toBe(true);
  });

  test("gives own code all of its time, however much the steps before it have taken", async () => {
    const took = 9000;
    const left: number[] = [];
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          for (const key of ["a", "b", "c", "d"])
            await ctx.step(key, async ({ deadline }) => {
              left.push(deadline - Date.now());
              await world.services.clock.advance(took);
            });
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
    expect(left).toHaveLength(4);
    expect(Math.min(...left)).toBeGreaterThan(19_500);
  });

  test("begins as much as it has time for, and the rest in decisions after that", async () => {
    const count = 160;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const made = Array.from({ length: count }, (_, n) => ctx.run("create", { body: { n } }));
          return (await Promise.all(made)).length;
        },
      }),
    });
    // The consumer makes one job after the other, each in a quarter of a second, and sees in a tenth that one is there.
    const { create } = world.services.jobs;
    let busy = Promise.resolve();
    world.services.jobs.create = (job) => {
      const created = busy.then(async () => {
        const made = await create(job);
        if (job.parent) await world.services.clock.advance(made.outcome === "created" ? 250 : 100);
        return made;
      });
      busy = created.then(() => {});
      return created;
    };
    const id = await world.start("onboard", {});
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: count });
    expect(world.ran).toHaveLength(count);
  });

  test.each(["failed", "cancelled", "completed"])(
    "closes many calls of a run that is %s, in as many decisions as that takes",
    async (how) => {
      const count = 100;
      const later = { retryable: true, retryAfterMs: 600 * minute };
      const world = codeWorld(
        {
          onboard: defineFeature({
            async run(ctx) {
              await ctx.run("create", {}, { undo: () => ctx.run("charge", {}) });
              const mails = Array.from({ length: count }, (_, n) => ctx.run("mail", {}, { step: `m${n}` }));
              await ctx.sleep("1h");
              if (how === "completed") return;
              await Promise.all([...mails, ctx.step("last", () => Promise.reject(new Error("no")))]);
            },
          }),
        },
        {
          mail: () => {
            throw new JobError("PROVIDER_ERROR", "not now", later);
          },
        },
      );
      // The consumer cancels one job after the other, each in a third of a second.
      const { replace } = world.services.jobs;
      let busy = Promise.resolve();
      let cancelled = 0;
      world.services.jobs.replace = (job, ...more) => {
        if (!(job.parent && job.status === "cancelled")) return replace(job, ...more);
        const done = busy.then(async () => {
          await world.services.clock.advance(300);
          cancelled += 1;
          return replace(job, ...more);
        });
        busy = done.then(() => {});
        return done;
      };
      const id = await world.start("onboard", {});
      await world.pass(5 * minute);
      if (how === "cancelled") await cancelJob(world.services, id, "changed my mind");
      await world.pass(90 * minute);
      const undone = how === "completed" ? {} : { rolled_back: { steps: 1, failed: 0 } };
      expect(await world.view(id)).toMatchObject({ status: how, ...undone });
      expect(cancelled).toBe(count);
      const done = world.ran.map(({ event }) => event).filter((event) => event !== "mail");
      expect(done).toEqual(how === "completed" ? ["create"] : ["create", "charge"]);
    },
  );

  test("gets what many calls bring along in answers that Lambda lets through", async () => {
    const count = 60;
    const text = "x".repeat(200_000);
    const answers: number[] = [];
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          const own = ctx.step("own", () => text);
          const made = Array.from({ length: count }, (_, n) => ctx.run("create", { body: { n, text } }));
          await ctx.race({ own: () => ctx.sleep("1d"), first: made[0] as Promise<unknown> });
          return [(await Promise.all(made)).length, (await own).length];
        },
      }),
    });
    const { call } = world.code.invoker;
    world.code.invoker.call = async (...given) => {
      const answer = await call(...given);
      answers.push(Buffer.byteLength(JSON.stringify(answer)));
      return answer;
    };
    const id = await world.start("onboard", {});
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: [count, text.length] });
    expect(world.ran).toHaveLength(count);
    expect(Math.max(...answers)).toBeLessThan(6_000_000);
    // What is begun is not sent again with each answer.
    expect(answers.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(3 * count * text.length);
  });

  test("takes names that every object has for keys of calls", async () => {
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          const made = await Promise.all(names.map((step) => ctx.run("create", {}, { step: `${step}` })));
          const slept = names.map((step) => ctx.sleep("1h", { step: `${step}.` }).then(() => step));
          const own = await ctx.step("valueOf", () => "own");
          const paid = await ctx.waitForSignal("paid", { step: "isPrototypeOf" });
          return [made.length, (await Promise.all(slept)).length, own, paid.payload];
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    const before = await world.view(id);
    expect(before.parked).toBeUndefined();
    await world.signal("paid", { job_id: id }, "money");
    await world.pass(2 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: [4, 4, "own", "money"] });
    expect(world.ran).toHaveLength(4);
  });

  test("takes a message once, although a decision fails after it has taken it", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          await ctx.run("create", {});
          const first = await ctx.race({
            paid: () => ctx.waitForSignal("paid", { key: "A-1", step: "first" }),
            mailed: () => ctx.run("mail", {}),
          });
          const second = await ctx.waitForSignal("paid", { key: "A-1", step: "second", timeout: "1h" });
          return [first.winner, second.id];
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.signal("paid", { key: "A-1" }, {}, "m1");
    await world.signal("paid", { key: "A-1" }, {}, "m2");
    const { get } = world.services.jobs;
    let fails = 1;
    world.services.jobs.get = async (asked) => {
      // It cannot cancel what has lost the race.
      if (asked !== id && fails-- > 0) throw new TransientError("InternalServerError", "refused");
      return get(asked);
    };
    await world.pass(10 * minute);
    expect(fails).toBeLessThanOrEqual(0);
    const job = await get(id);
    const log = await world.services.runLogs.read(runLogOf(job as Job, 1), 0);
    expect(log.map(({ k }) => k)).toEqual(["create", "first", "mail", "second"]);
    expect((await world.view(id)).result).toEqual(["paid", "m2"]);
  });

  test("undoes what has completed just before it was closed", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          await ctx.race({
            paid: () => ctx.waitForSignal("paid"),
            made: () => ctx.run("create", {}, { undo: () => ctx.run("mail", { body: { undone: true } }) }),
          });
          ctx.rollback("no more");
        },
      }),
    });
    const { getMany } = world.services.jobs;
    // Its end is not seen before it is to be cancelled.
    world.services.jobs.getMany = async (ids) =>
      (await getMany(ids)).map((job) => {
        const { result: _result, finished_at: _end, ...open } = job;
        return job.event === "create" ? { ...open, status: "running" } : job;
      });
    const id = await world.start("onboard", {});
    await world.pass(1000);
    await world.signal("paid", { job_id: id });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
  });

  test("undoes its steps when it is cancelled", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("charge", {}, { undo: () => ctx.run("mail", { body: { refunded: true } }) });
          await ctx.sleep("1d");
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    await cancelJob(world.services, id, "changed my mind");
    await world.pass(5 * minute);
    expect(world.ran).toEqual([
      { event: "charge", input: {} },
      { event: "mail", input: { body: { refunded: true } } },
    ]);
    expect(await world.view(id)).toMatchObject({
      status: "cancelled",
      reason: "changed my mind",
      rolled_back: { steps: 1, failed: 0 },
    });
  });

  test.each([
    ["", {}, []],
    [" anew", { anew: true }, [{ event: "create", input: {} }]],
  ])(
    "undoes what a step has done by ctx, although the decision that began it%s died, and the run is cancelled",
    async (_what, input, before) => {
      const world = codeWorld({
        onboard: defineFeature({
          async run(ctx, { anew = false }: { anew?: boolean }) {
            const refund = () => ctx.run("mail", { body: { refunded: true } });
            if (anew) {
              await ctx.step("pay", () => ctx.run("create", {}));
              return ctx.continueAs({});
            }
            await ctx.step("pay", () => ctx.run("charge", {}, { undo: refund }));
            await ctx.sleep("1d");
          },
        }),
      });
      const { jobs, clock } = world.services;
      const { replace } = jobs;
      const id = await world.start("onboard", input);
      jobs.replace = async (job, ...more) => {
        const charge = jobs.all().find(({ event }) => event === "charge");
        if (job.id !== id || !charge) return replace(job, ...more);
        jobs.replace = replace;
        // What the decision has begun has ended before it could record that, and it never does.
        const ended = { status: "completed", finished_at: clock.now(), result: { inline: null } } as const;
        await replace({ ...charge, ...ended, version: charge.version + 1 });
        await cancelJob(world.services, id, "changed my mind");
        // And another process replays its handler.
        world.code.restart();
        return "lost";
      };
      await world.pass(5 * minute);
      expect(world.ran).toEqual([...before, { event: "mail", input: { body: { refunded: true } } }]);
      expect(await world.view(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
    },
  );

  test("goes on with its undo in another process, although the decision that began it could not record it", async () => {
    const busy = () => {
      throw new JobError("PROVIDER_ERROR", "busy", { retryable: true, retryAfterMs: 10 * minute });
    };
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await ctx.step("reserve", () => 1, { undo: () => undefined });
            await ctx.step("pay", () => ctx.run("charge", {}, { undo: () => ctx.run("mail") }));
          },
        }),
      },
      { charge: busy },
    );
    const { runLogs } = world.services;
    const { append } = runLogs;
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ steps: { "pay/charge": { status: "scheduled" } } });
    runLogs.append = async (log, entries) => {
      const answer = await append(log, entries);
      if (!entries.some(({ k }) => k === "undo:reserve")) return answer;
      runLogs.append = append;
      world.code.restart();
      throw new Error("ours");
    };
    world.code.restart();
    await cancelJob(world.services, id, "changed my mind");
    await world.pass(5 * minute);
    expect(await world.view(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
  });

  test("waits for a feature that undoes its own steps, and is not woken all that time by what it has cancelled", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        run: (ctx) => Promise.all([ctx.feature("inner"), ctx.feature("waiter")]),
      }),
      inner: defineFeature({
        async run(ctx) {
          await ctx.run("charge", {}, { undo: () => ctx.sleep("30m") });
          await ctx.sleep("1d");
        },
      }),
      waiter: defineFeature({ run: (ctx) => ctx.sleep("1d") }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    await cancelJob(world.services, id, "changed my mind");
    const before = (await world.jobs.get(id))?.version ?? 0;
    await world.pass(20 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    expect(((await world.jobs.get(id))?.version ?? 0) - before).toBeLessThan(30);
    await world.pass(15 * minute);
    expect(await world.view(id)).toMatchObject({ status: "cancelled" });
  });

  test("ends as what it began with, whatever is deployed meanwhile, and a process that has never seen it", async () => {
    const saying = (text: string) =>
      defineFeature({
        async run(ctx) {
          await ctx.sleep("1h");
          await ctx.run("mail", { body: { text } });
          return text;
        },
      });
    const world = codeWorld({ onboard: saying("before") });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    world.redeploy({ onboard: saying("after") });
    const other = await world.start("onboard", {});
    await world.pass(2 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "before" });
    expect(await world.view(other)).toMatchObject({ status: "completed", result: "after" });
  });

  test("waits with the reason where its handler does not do the same again, and goes on by the present code", async () => {
    let day = 0;
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run(day === 0 ? "create" : "charge", {});
          await ctx.sleep("1h");
          return "done";
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    day = 1;
    world.code.restart();
    await world.pass(90 * minute);
    const view = await world.view(id);
    expect(view).toMatchObject({ status: "running", parked: { code: "NON_DETERMINISTIC" } });
    const { says } = await explainJob(world.services, (await world.jobs.get(id)) as never, world.clock.now());
    expect(says.join("\n")).toContain("NON_DETERMINISTIC");
    day = 0;
    await world.pass(10 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "done" });
    expect((await world.view(id)).parked).toBeUndefined();
  });

  test("is moved to the present code, over its log", async () => {
    const saying = (text: string, first = "create") =>
      defineFeature({
        async run(ctx) {
          await ctx.run(first, {});
          await ctx.sleep("1h");
          return text;
        },
      });
    const world = codeWorld({ onboard: saying("before") });
    const [one, other] = [await world.start("onboard", {}), await world.start("onboard", {})];
    await world.pass(minute);
    world.redeploy({ onboard: saying("after") });
    const job = async (id: string) => (await world.jobs.get(id)) ?? Promise.reject(new Error("no job"));
    await migrateJob(world.services, await job(one), { caller: { actor: "k:deployed" }, dryRun: false });
    await world.pass(minute);
    world.redeploy({ onboard: saying("other", "charge") });
    await migrateJob(world.services, await job(other), { caller: { actor: "k:deployed" }, dryRun: false });
    await world.pass(61 * minute);
    expect(await world.view(one)).toMatchObject({ status: "completed", result: "after" });
    expect(await world.view(other)).toMatchObject({ status: "running", parked: { code: "NON_DETERMINISTIC" } });
    world.redeploy({ onboard: saying("mended") });
    await migrateJob(world.services, await job(other), { caller: { actor: "k:deployed" }, dryRun: false });
    await world.pass(minute);
    expect(await world.view(other)).toMatchObject({ status: "completed", result: "mended" });
  });

  test("is not moved while its steps are undone, and is moved once that has ended in vain", async () => {
    const failing = (...more: string[]) =>
      defineFeature({
        async run(ctx) {
          await ctx.run("create", {}, { undo: () => ctx.sleep("30m") });
          for (const event of more) await ctx.run(event, {});
          ctx.rollback("no");
        },
      });
    const world = codeWorld({ onboard: failing() });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    world.redeploy({ onboard: failing("charge") });
    const move = async (dryRun = false) =>
      migrateJob(world.services, (await world.jobs.get(id)) as Job, { caller: { actor: "k:deployed" }, dryRun });
    const refused = { code: "STATE_CONFLICT", faults: [{ detail: expect.stringContaining("being undone") }] };
    await expect(move()).rejects.toMatchObject(refused);
    await expect(move(true)).rejects.toMatchObject(refused);
    await world.pass(31 * minute);
    expect(await world.view(id)).toMatchObject({ status: "failed", rolled_back: { steps: 1 } });
    await expect(move()).resolves.toBeDefined();
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "create", "charge"]);
  });

  describe("that has failed while others of its calls were open", () => {
    const failing = () => {
      let isDown = true;
      const charge = () => {
        if (isDown) throw new JobError("VALIDATION_ERROR", "down");
        return {};
      };
      const world = codeWorld(
        {
          onboard: defineFeature({
            run: (ctx) => Promise.all([ctx.feature("inner", {}, { undo: () => undefined }), ctx.run("charge", {})]),
          }),
          inner: defineFeature({ run: (ctx) => ctx.sleep("1d") }),
        },
        { charge },
      );
      const { runLogs } = world.services;
      const { append } = runLogs;
      // Its decisions fail before they record that the calls are closed.
      runLogs.append = async (log, entries) => {
        if (entries.some(({ k }) => k === "inner")) throw new Error("ours");
        return append(log, entries);
      };
      const mend = () => Object.assign(runLogs, { append });
      const up = () => {
        isDown = false;
      };
      return { ...world, mend, up };
    };

    test("is not moved, although its log does not say so yet", async () => {
      const world = failing();
      const id = await world.start("onboard", {});
      await world.pass(minute);
      const job = (await world.jobs.get(id)) as Job;
      world.redeploy({ onboard: defineFeature({ run: (ctx) => ctx.sleep("1d") }) });
      const move = migrateJob(world.services, job, { caller: { actor: "k:deployed" }, dryRun: true });
      await expect(move).rejects.toMatchObject({ faults: [{ detail: expect.stringContaining("being undone") }] });
    });

    test("makes the call again by which it has failed, although it was failed for another reason in the end", async () => {
      const world = failing();
      const id = await world.start("onboard", {});
      await world.pass(70 * minute);
      world.mend();
      await world.pass(10 * minute);
      expect(await world.view(id)).toMatchObject({ status: "failed", error: { code: "CRASHED" } });
      world.up();
      await changeJob(world.services, id, retry(0));
      await world.pass(minute);
      expect(await world.view(id)).toMatchObject({ status: "running", steps: { charge: { status: "completed" } } });
    });
  });

  test("goes on after its process has crashed, and shows why it waits", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.run("create", {});
          return await ctx.run("mail", {});
        },
      }),
    });
    let crashes = 0;
    world.code.crashOn((message) => message.kind === "decide" && message.log.length > 0 && crashes++ < 2);
    const id = await world.start("onboard", {});
    await world.pass(2000);
    expect(await world.view(id)).toMatchObject({ status: "running", parked: { code: "CRASHED" } });
    await world.pass(5 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
  });

  test("is not given up at the first fault of ours after its process has crashed for longer than an hour", async () => {
    const world = codeWorld({ onboard: defineFeature({ run: async (ctx) => ctx.run("create", {}) }) });
    let isCrashing = true;
    world.code.crashOn((message) => message.kind === "decide" && message.log.length > 0 && isCrashing);
    const id = await world.start("onboard", {});
    await world.pass(90 * minute);
    expect(await world.view(id)).toMatchObject({ status: "running", parked: { code: "CRASHED" } });
    // However late it is tried again: the message for that may be lost.
    expect(await world.jobs.get(id)).not.toHaveProperty("failing_since");
    isCrashing = false;
    const { read } = world.services.runLogs;
    let faults = 0;
    world.services.runLogs.read = (...args) => (faults++ === 0 ? Promise.reject(new Error("ours")) : read(...args));
    await world.pass(60 * minute);
    expect(faults).toBeGreaterThan(1);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
  });

  test("a retry runs what failed again, and what has completed not", async () => {
    let isDown = true;
    let rendered = 0;
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            await ctx.run("create", {});
            await ctx.step("render", () => ++rendered);
            await ctx.run("charge", {});
            return "done";
          },
        }),
      },
      {
        charge: () => {
          if (isDown) throw new JobError("VALIDATION_ERROR", "down");
          return {};
        },
      },
    );
    const id = (await world.run("onboard", {}))?.id ?? "";
    expect(await world.view(id)).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    isDown = false;
    await changeJob(world.services, id, retry(0));
    await world.settle();
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "done" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge"]);
    expect(rendered).toBe(1);
  });

  test("a step that takes long is a job of its own, which runs that step alone", async () => {
    const seen: string[] = [];
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, { how }: { how: string }) {
          const made = (await ctx.run("create", {})) as { body: { id: string } };
          const own = async () => {
            seen.push(`${how} ${made.body.id}`);
            if (how === "throw") throw new TypeError("no film");
            return { film: 1 };
          };
          return await ctx
            .step("film", own, { timeout: "10m" })
            .catch((error: StepError) => [error.code, error.message]);
        },
      }),
    });
    const job = await world.run("onboard", { how: "well" });
    expect(job).toMatchObject({ status: "completed", result: { inline: { film: 1 } } });
    const { steps } = await world.view(job?.id ?? "");
    const child = await world.jobs.get(steps?.film?.job_id ?? "");
    expect(child).toMatchObject({ type: "function", event: "onboard/film", timeout_ms: 601_000, retries: 0 });
    const failed = await world.run("onboard", { how: "throw" });
    expect(failed).toMatchObject({ status: "completed", result: { inline: ["TypeError", "no film"] } });
    expect(seen).toEqual(["well create-1", "throw create-1"]);
  });

  test("goes on with results that need more memory together than there is", async () => {
    const large = "x".repeat(5_900_000);
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            const made = await Promise.all(["a", "b", "c", "d"].map((step) => ctx.run("create", {}, { step })));
            await ctx.run("create", {}, { step: "e" });
            return made.length;
          },
        }),
      },
      { create: () => large },
    );
    expect(await world.run("onboard", {})).toMatchObject({ status: "completed", result: { inline: 4 } });
  });

  test("a step that takes long is tried again as often as it says", async () => {
    let calls = 0;
    const world = codeWorld({
      onboard: defineFeature({
        run: (ctx) =>
          ctx.step(
            "film",
            () => {
              calls += 1;
              if (calls < 3) throw new Error("not yet");
              return calls;
            },
            { timeout: "30s", retries: 2 },
          ),
      }),
    });
    expect(await world.run("onboard", {})).toMatchObject({ status: "completed", result: { inline: 3 } });
  });

  test("a step that takes long and is retried by itself fails once its run was deleted", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        run: (ctx) =>
          ctx.step(
            "film",
            () => {
              throw Object.assign(new Error("no film"), { retryable: false });
            },
            { timeout: "30s" },
          ),
      }),
    });
    const run = await world.run("onboard", {});
    const { steps } = await world.view(run?.id ?? "");
    const child = steps?.film?.job_id ?? "";
    await deleteJob(world.services, run?.id ?? "");
    await changeJob(world.services, child, retry(0));
    await world.pass(30 * minute);
    expect(await world.jobs.get(child)).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
  });

  test("a step that takes long runs by the code that its run began with", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx) {
          await ctx.sleep("1h");
          return ctx.step("film", () => "before", { timeout: "5m" });
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    world.redeploy({ onboard: defineFeature({ run: (ctx) => ctx.step("film", () => "after", { timeout: "5m" }) }) });
    await world.pass(2 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: "before" });
  });

  test("begins anew with another input and an empty log", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, { left }: { left: number }) {
          await ctx.run("create", { body: { left } });
          if (left > 0) await ctx.continueAs({ left: left - 1 });
          return left;
        },
      }),
    });
    const job = await world.run("onboard", { left: 3 });
    expect(job).toMatchObject({ status: "completed", result: { inline: 0 } });
    expect(world.ran.map(({ input }) => input)).toEqual([3, 2, 1, 0].map((left) => ({ body: { left } })));
  });

  test("gives its own code another idempotency key once it has begun anew, and the same one when it is retried", async () => {
    const keys: string[] = [];
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, { round }: { round: number }) {
          await ctx.step("charge", ({ idempotencyKey }) => {
            keys.push(idempotencyKey);
            if (keys.length === 2) throw Object.assign(new Error("declined"), { retryable: false });
          });
          if (round < 3) await ctx.continueAs({ round: round + 1 });
        },
      }),
    });
    const id = await world.start("onboard", { round: 1 });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    await changeJob(world.services, id, retry(0));
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed" });
    const [first, second, again, third] = keys;
    expect(again).toBe(second);
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test("asks anew for an approval once it has begun anew, and takes no decision of before for it", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        async run(ctx, { round }: { round: number }) {
          const { choice } = await ctx.approve({ title: `Round ${round}`, choices: ["yes", "no"], timeout: "1d" });
          return round === 1 ? ctx.continueAs({ round: 2 }) : choice;
        },
      }),
    });
    const id = await world.start("onboard", { round: 1 });
    await world.pass(minute);
    const opened = async () =>
      Object.values((await world.view(id)).steps ?? {}).flatMap((one) => one.approval ?? [])[0];
    const first = await opened();
    const address = decisionAddress({ product: "shop", env: "dev" }, first?.id ?? "");
    const decision = { id: "d-1", at: world.clock.now(), payload: { choice: "yes", by: "Ada" } };
    await world.services.signals.decide(address, decision, world.clock.now() + 24 * 60 * minute);
    for (const job of world.jobs.all())
      await world.queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: "" });
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "running" });
    expect((await opened())?.title).toBe("Round 2");
    expect((await opened())?.id).not.toBe(first?.id);
    await world.pass(25 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
  });

  test("is woken by a message with the key for which it waits again once it has begun anew", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx, { taken }: { taken: string[] }) {
          const { id } = await ctx.waitForSignal("paid", { key: "A-1" });
          return taken.length < 2 ? ctx.continueAs({ taken: [...taken, id] }) : [...taken, id];
        },
      }),
    });
    const id = await world.start("onboard", { taken: [] });
    await world.pass(minute);
    for (const message of ["m1", "m2", "m3"]) {
      expect(await world.signal("paid", { key: "A-1" }, {}, message)).toMatchObject({ offered: [id] });
      await world.pass(minute);
    }
    expect(await world.view(id)).toMatchObject({ status: "completed", result: ["m1", "m2", "m3"] });
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
    expect(await world.services.signals.waiters(address, 10)).toEqual([]);
  });

  test("explains of a message that it took before it began anew that it is taken, and wakes nobody", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          await ctx.waitForSignal("paid", { key: "A-1" });
          return ctx.continueAs({});
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(minute);
    await world.signal("paid", { key: "A-1" }, {}, "m1");
    await world.pass(minute);
    const { waits, says } = await explainJob(world.services, (await world.jobs.get(id)) as Job, world.clock.now());
    expect(waits).toMatchObject([{ step: "wait:paid", messages: [{ id: "m1", why: "taken" }] }]);
    expect(says.at(-1)).toBe("1 message came that it does not take: 1 taken by another of its waits.");
  });

  test("takes no message again that it took before it began anew, when it is retried", async () => {
    const world = codeWorld(
      {
        onboard: defineFeature({
          signals: { paid: z.unknown() },
          async run(ctx, { taken }: { taken: string[] }) {
            const { id } = await ctx.waitForSignal("paid", { key: "A-1" });
            const all = [...taken, id];
            if (all.length === 2) await ctx.run("create", {});
            return all.length < 3 ? ctx.continueAs({ taken: all }) : all;
          },
        }),
      },
      {
        create: () => {
          if (fails) throw new JobError("VALIDATION_ERROR", "not yet", { retryable: false });
          return {};
        },
      },
    );
    let fails = true;
    const id = await world.start("onboard", { taken: [] });
    for (const message of ["m1", "m2"]) {
      await world.signal("paid", { key: "A-1" }, {}, message);
      await world.pass(2 * minute);
    }
    expect(await world.view(id)).toMatchObject({ status: "failed" });
    fails = false;
    await changeJob(world.services, id, retry(0));
    await world.signal("paid", { key: "A-1" }, {}, "m3");
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: ["m1", "m2", "m3"] });
  });

  test("a value that is large is the run's own, and the handler gets it by a link", async () => {
    const large = "x".repeat(50_000);
    const world = codeWorld(
      {
        onboard: defineFeature({
          async run(ctx) {
            const made = (await ctx.run("create", {})) as { large: string };
            await ctx.sleep("40d");
            return made.large.length;
          },
        }),
      },
      { create: () => ({ large }) },
    );
    const id = await world.start("onboard", {});
    await world.pass(minute);
    expect([...world.blobs.blobs.keys()].filter((key) => key.startsWith(`runs/${id}/`))).toHaveLength(1);
    for (const key of [...world.blobs.blobs.keys()]) if (key.startsWith("results/")) world.blobs.blobs.delete(key);
    world.code.restart();
    await world.pass(41 * 24 * 60 * minute);
    expect(await world.view(id)).toMatchObject({ status: "completed", result: 50_000 });
  });

  test("closes what loses a race, and undoes what an approval refuses", async () => {
    const world = codeWorld({
      onboard: defineFeature({
        signals: { paid: z.unknown() },
        async run(ctx) {
          const { winner } = await ctx.race({
            paid: () => ctx.waitForSignal("paid"),
            late: () => ctx.sleep("1h"),
          });
          ctx.setState("winner", winner);
          const { choice } = await ctx.approve({
            title: "Really?",
            choices: ["yes", "no"],
            timeout: "1h",
            otherwise: "no",
          });
          if (choice === "no") ctx.rollback("refused");
          return winner;
        },
      }),
    });
    const id = await world.start("onboard", {});
    await world.pass(61 * minute);
    const view = await world.view(id);
    expect(view).toMatchObject({ status: "running", state: { winner: "late" } });
    expect(Object.values(view.steps ?? {}).map(({ status }) => status)).toEqual(
      expect.arrayContaining(["cancelled", "completed", "waiting"]),
    );
    await world.pass(62 * minute);
    expect(await world.view(id)).toMatchObject({ status: "failed" });
  });
});
