import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import * as z from "zod";
import type { FeatureContext } from "../../../../../../lambdas/code/feature/context.ts";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import { runJob } from "../../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../../lambdas/consumers/types/feature/decisions.ts";
import { featureExecutor } from "../../../../../../lambdas/consumers/types/feature/execute.ts";
import type { LogEntry } from "../../../../../../lambdas/core/job/decide-messages.ts";
import { isFinished, type JobMessage, type JobType, jobMessageOf } from "../../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../../lambdas/core/job/job-error.ts";
import { runLogOf } from "../../../../../../lambdas/core/job/run-log.ts";
import { isStuck } from "../../../../../../lambdas/core/job/transitions.ts";
import { cancel, changeJob } from "../../../../../../lambdas/core/operations/change-job.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;
const never = new Promise<never>(() => {});

/** The same numbers for the same seed. */
function seeded(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return { next, chance: (p: number) => next() < p, below: (n: number) => Math.floor(next() * n) };
}
type Random = ReturnType<typeof seeded>;

/** A part of a handler. Its name is the key of its calls. */
type Part = { name: string } & (
  | { does: "run" | "failing" | "step" | "sleep" | "wait"; undone?: boolean }
  | { does: "all" | "race" | "chain"; of: Part[] }
);

function aPart(random: Random, depth: number, count: { made: number }): Part {
  const name = `p${count.made++}`;
  const does = random.below(depth > 0 ? 8 : 5);
  const simple = (["run", "failing", "step", "sleep", "wait"] as const)[does];
  if (simple) return { name, does: simple, undone: simple !== "failing" && random.chance(0.4) };
  const of = Array.from({ length: 2 + random.below(2) }, () => aPart(random, depth - 1, count));
  return { name, does: (["all", "race", "chain"] as const)[does - 5] as "all", of };
}

type Ctx = FeatureContext<{ go: z.ZodUnknown }>;

/** Runs a part, and returns what it has seen. */
async function play(ctx: Ctx, part: Part): Promise<unknown> {
  const { name } = part;
  const options = "undone" in part && part.undone ? { undo: () => ctx.run("mail", { body: { undo: name } }) } : {};
  switch (part.does) {
    case "run":
      return ctx.run("create", { body: { name } }, { step: name, ...options });
    case "failing":
      return ctx.run("charge", { body: { name } }, { step: name }).catch((error: { code?: string }) => error.code);
    case "step":
      return ctx.step(name, () => ({ own: Math.random() }));
    case "sleep":
      return ctx.sleep("5m", { step: name });
    case "wait": {
      const got = await ctx.waitForSignal("go", { step: name, timeout: "10m", otherwise: "continue" });
      return got.timed_out ? "late" : got.id;
    }
    case "all":
      return Promise.all(part.of.map((one) => play(ctx, one)));
    case "race":
      return ctx.race(Object.fromEntries(part.of.map((one) => [one.name, () => play(ctx, one)])));
    case "chain": {
      const seen = [];
      for (const one of part.of) seen.push(await play(ctx, one));
      return seen;
    }
  }
}

/** A port that answers nothing once its process is dead, and whose writes may be its last: before their effect, or after it. */
function mortal<Port extends object>(
  port: Port,
  writes: readonly string[],
  dies: () => boolean,
  process: { dead: boolean },
) {
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (process.dead) return never;
        const isLast = writes.includes(String(name)) && dies();
        if (isLast && dies()) {
          process.dead = true;
          return never;
        }
        const answer = await method.apply(target, args);
        if (isLast) process.dead = true;
        return process.dead ? never : answer;
      };
    },
  });
}

async function live(seed: number) {
  const random = seeded(seed);
  const parts = Array.from({ length: 1 + random.below(4) }, (_, i) => aPart(random, 2, { made: i * 100 }));
  const ends = random.below(4);
  const handler = (text: string) =>
    defineFeature({
      signals: { go: z.unknown() },
      async run(ctx) {
        const seen = [];
        for (const part of parts) seen.push(await play(ctx, part));
        if (ends === 0) throw new TypeError("at last");
        if (ends === 1) ctx.rollback("no more");
        return { text, seen };
      },
    });
  const world = codeWorld({ onboard: handler("first") });
  const { services, clock, jobs, queue, code } = world;
  const mayDie = () => deaths < 25 && random.chance(0.12);
  let deaths = 0;
  const ran: string[] = [];
  code.crashOn(() => mayDie() && ++deaths > 0);

  const mortals = (process: { dead: boolean }) => {
    const dies = () => random.chance(0.5) || mayDie();
    const port = <P extends object>(of: P, writes: string[]) => mortal(of, writes, () => mayDie() && dies(), process);
    return {
      ...services,
      jobs: port(services.jobs, ["create", "replace", "claim"]),
      queue: port(services.queue, ["send", "sendMany"]),
      scheduler: port(services.scheduler, ["schedule", "unschedule"]),
      runLogs: port(services.runLogs, ["append"]),
      signals: port(services.signals, ["listen", "leave"]),
      blobs: port(services.blobs, ["put"]),
    };
  };
  async function process(work: (of: ReturnType<typeof mortals>) => Promise<unknown>) {
    const of = { dead: false };
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    void work(mortals(of)).then(over, over);
    while (!isOver && !of.dead) await setImmediate();
    if (of.dead) deaths += 1;
    return !of.dead;
  }
  const decide = featureExecutor(code.invoker);
  const act = async ({
    job,
    input,
  }: {
    job: { event: string };
    input: { body?: { name?: string; undo?: string } };
  }) => {
    ran.push(`${job.event} ${input.body?.name ?? `undo ${input.body?.undo}`}`);
    if (job.event === "charge") throw new JobError("VALIDATION_ERROR", "declined");
    return { of: input.body?.name };
  };
  const deliver = (type: JobType, message: JobMessage) =>
    type === "feature"
      ? process((of) => runJob(of, decide, message, { policy: decisionPolicy, random: () => 0 }))
      : runJob(services, act as never, message, { random: () => 0 }).then(() => true);

  const id = await world.start();
  const cancelAt = random.chance(0.25) ? 2 + random.below(15) : Number.POSITIVE_INFINITY;
  const signalAt = random.below(15);
  const deployAt = random.below(10);
  for (let round = 0; round < 400 && !jobs.all().every(isFinished); round++) {
    if (round === signalAt)
      for (const name of ["s1", "s2", "s1"]) await world.signal("go", { job_id: id }, {}, name).catch(() => {});
    if (round === deployAt) world.redeploy({ onboard: handler("second") });
    if (round === cancelAt) await changeJob(services, id, cancel("x")).catch(() => {});
    const sent = queue.sent.splice(0);
    for (const { type, message, delaySeconds } of sent) {
      await clock.advance(Math.max(0, delaySeconds * 1000, message.due_at - clock.now()));
      if (!(await deliver(type, message))) queue.sent.push({ type, message, delaySeconds: 30, group: "" });
    }
    if (sent.length > 0) continue;
    await clock.advance(3 * minute);
    for (const job of jobs.all().filter((one) => isStuck(one, clock.now(), minute)))
      queue.sent.push({ type: job.type, message: jobMessageOf(job), delaySeconds: 0, group: "" });
  }
  const job = await jobs.get(id);
  if (!job) throw new Error("no job");
  return {
    job,
    all: jobs.all(),
    ran,
    asked: code.asked,
    log: await services.runLogs.read(runLogOf(job, 1), 0),
    deaths,
    parts,
  };
}

test("handlers made at random end alike wherever processes die", async () => {
  let deaths = 0;
  const statuses = new Set<string>();
  for (let seed = 1; seed <= 150; seed++) {
    const { job, all, ran, asked, log, parts, ...more } = await live(seed);
    deaths += more.deaths;
    const where = `seed ${seed}: ${JSON.stringify(parts)}`;
    const shown = new Map<number, LogEntry>();
    const definitions = new Set<string>();
    for (const message of asked) {
      if (message.kind !== "decide") continue;
      if (message.run.definition !== "") definitions.add(message.run.definition);
      for (const entry of message.log) {
        // What was shown once is what every later replay sees, in the same order.
        expect({ where, ...(shown.get(entry.n) ?? entry) }).toEqual({ where, ...entry });
        shown.set(entry.n, entry);
      }
    }
    // Nothing is left open, or waits for nothing.
    expect([where, all.filter((one) => !isFinished(one)).map(({ event }) => event)]).toEqual([where, []]);
    expect([where, job.status]).not.toEqual([where, "running"]);
    // A key has one end, and one job; a message is taken once.
    const keys = log.filter(({ c }) => c !== "cancel").map(({ k }) => k);
    expect([where, keys.length]).toEqual([where, new Set(keys).size]);
    const taken = log.flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect([where, taken.length]).toEqual([where, new Set(taken).size]);
    expect([where, ran.length]).toEqual([where, new Set(ran).size]);
    expect([where, definitions.size <= 1]).toEqual([where, true]);
    statuses.add(job.status);
  }
  expect(deaths).toBeGreaterThan(300);
  expect([...statuses].sort()).toEqual(["cancelled", "completed", "failed"]);
}, 120_000);
