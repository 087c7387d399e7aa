import { setImmediate } from "node:timers/promises";
import { runJob } from "../../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../../../lambdas/consumers/types/feature/execute.ts";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { isFinished, type JobMessage, type JobType, jobMessageOf } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { isStuck } from "../../../../../lambdas/core/job/transitions.ts";
import { cancel, changeJob } from "../../../../../lambdas/core/operations/change-job.ts";
import type { Execution } from "../../../../../lambdas/core/operations/execution.ts";
import { call, featureWorld } from "../../../../support/feature-world.ts";

const minute = 60_000;

const booking: FeatureTarget = {
  sequences: {
    main: [
      { event: "create", undo: { event: "remove", input: { body: { of: "$Step{body}{id}" } } } },
      { event: "charge", undo: { event: "refund", input: { body: { of: "$Step{body}{id}" } } } },
      { event: "mail", delay: 10 * minute },
    ],
  },
};

/** The writes of a process: it dies at one of them, before or after its effect, and does nothing more. */
interface Deaths {
  at: number;
  when: "before" | "after";
  writes: number;
  died: boolean;
}

const never = new Promise<never>(() => {});

/** A port in which every write counts, and which answers nothing once its process is dead. */
function mortal<Port extends object>(
  port: Port,
  writes: readonly string[],
  deaths: Deaths,
  process: { dead: boolean },
) {
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (process.dead) return never;
        const isLast = writes.includes(String(name)) && ++deaths.writes === deaths.at;
        if (isLast && deaths.when === "before") return die();
        const answer = await method.apply(target, args);
        if (isLast) return die();
        return process.dead ? never : answer;
      };
    },
  });

  function die() {
    process.dead = true;
    deaths.died = true;
    return never;
  }
}

const parcels: FeatureTarget = {
  sequences: {
    main: [
      { event: "charge", undo: { event: "refund", input: { body: { of: "$Step{body}{id}" } } } },
      {
        event: "create",
        for_each: { items: "$Input{lines}", concurrency: 2 },
        input: { body: { of: "$Each{item}" } },
        undo: { event: "remove", each: true, input: { body: { of: "$Each{item}" } } },
      },
      { event: "mail", delay: 10 * minute },
    ],
  },
};

async function play(at: number, when: Deaths["when"], target = booking, input: Record<string, unknown> = {}) {
  const w = featureWorld({ onboard: target }, {}, { jobs: { remove: call("create"), refund: call("charge") } });
  const { services, clock, jobs, queue } = w;
  const deaths: Deaths = { at, when, writes: 0, died: false };
  const done: string[] = [];
  const ran: string[] = [];
  // Pages of two items, so that a few items are several pages.
  const decideBy = (...[execution, within]: Parameters<typeof decide>) => decide(execution, within, 2);

  const mortals = (process: { dead: boolean }) => ({
    ...services,
    jobs: mortal(services.jobs, ["create", "replace", "claim"], deaths, process),
    queue: mortal(services.queue, ["send", "sendMany"], deaths, process),
    scheduler: mortal(services.scheduler, ["schedule", "unschedule"], deaths, process),
  });
  /** Runs a process until it ends, or dies. */
  async function run(work: (of: ReturnType<typeof mortals>) => Promise<unknown>) {
    const process = { dead: false };
    let isOver = false;
    void work(mortals(process)).then(
      () => {
        isOver = true;
      },
      () => {
        isOver = true;
      },
    );
    while (!isOver && !process.dead) await setImmediate();
    return !process.dead;
  }
  const deliver = (type: JobType, message: JobMessage) =>
    run((of) => {
      if (type === "feature") return runJob(of, decideBy, message, { policy: decisionPolicy, random: () => 0 });
      const act = async ({ job, input }: Execution) => {
        done.push(job.event);
        if (job.event === "create" && (input as { body?: { of?: string } }).body?.of === "bad")
          throw new JobError("NOT_FOUND", "it is not there");
        if (job.event === "remove") ran.push((input as { body: { of: string } }).body.of);
      };
      return runJob(of, act, message, { random: () => 0 });
    });

  const id = await w.start("onboard", input);
  if (!input.fails) {
    await w.pass(minute);
    while (!(await run((of) => changeJob(of, id, cancel("x", { isDecided: true }))))) await clock.advance(1000);
  }
  for (let round = 0; round < 200 && !jobs.all().every(isFinished); round++) {
    const sent = queue.sent.splice(0);
    for (const { type, message, delaySeconds } of sent) {
      await clock.advance(Math.max(0, delaySeconds * 1000, message.due_at - clock.now()));
      // SQS delivers again what was not deleted.
      if (!(await deliver(type, message))) queue.sent.push({ type, message, delaySeconds: 30, group: "" });
    }
    if (sent.length > 0) continue;
    // The reconciler finds what has lost its message.
    await clock.advance(3 * minute);
    for (const job of jobs.all().filter((one) => isStuck(one, clock.now(), minute)))
      queue.sent.push({ type: job.type, message: jobMessageOf(job), delaySeconds: 0, group: "" });
  }
  return { job: await jobs.get(id), all: jobs.all(), done, ran, deaths };
}

it("a cancelled run is undone wherever a process dies, each step once and in order", async () => {
  let most = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at++) {
      const { job, all, done, deaths } = await play(at, when);
      const where = `dies ${when} write ${at}`;
      expect({ where, ...job }).toMatchObject({ where, status: "cancelled", rolled_back: { steps: 2, failed: 0 } });
      expect(job).not.toHaveProperty("ending");
      const undos = all.filter(({ parent }) => parent?.undo);
      expect(undos.map(({ event, status }) => [event, status]).sort()).toEqual([
        ["refund", "completed"],
        ["remove", "completed"],
      ]);
      // A process that dies after it has done its work does it again, as any attempt.
      expect(done.lastIndexOf("refund")).toBeLessThan(done.indexOf("remove"));
      if (!deaths.died) break;
      most = Math.max(most, at);
    }
  }
  expect(most).toBeGreaterThan(15);
});

it("the items of a cancelled run are undone wherever a process dies, each once and before what came before them", async () => {
  const lines = ["a", "b", "c", "d", "e"];
  let most = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at++) {
      const { job, all, done, ran, deaths } = await play(at, when, parcels, { lines });
      const where = `dies ${when} write ${at}`;
      expect({ where, ...job }).toMatchObject({ where, status: "cancelled", rolled_back: { steps: 2, failed: 0 } });
      expect(job).not.toHaveProperty("ending");
      const removed = all.filter(({ event }) => event === "remove");
      expect({ where, many: removed.length }).toEqual({ where, many: 5 });
      expect(removed.every(({ status }) => status === "completed")).toBe(true);
      expect([...new Set(ran)].sort()).toEqual(lines);
      // The process that dies has done the work of one job at most.
      expect(ran.length).toBeLessThanOrEqual(lines.length + 1);
      expect(done.lastIndexOf("remove")).toBeLessThan(done.indexOf("refund"));
      expect(all.filter((one) => !isFinished(one))).toEqual([]);
      if (!deaths.died) break;
      most = Math.max(most, at);
    }
  }
  expect(most).toBeGreaterThan(40);
}, 300_000);

it("what has completed of items, of which one fails the run, is undone wherever a process dies", async () => {
  const lines = ["a", "b", "bad", "d", "e"];
  for (const when of ["before", "after"] as const) {
    for (let at = 1; ; at++) {
      const { job, all, ran, deaths } = await play(at, when, parcels, { lines, fails: true });
      const where = `dies ${when} write ${at}`;
      expect({ where, ...job }).toMatchObject({ where, status: "failed", rolled_back: { steps: 2, failed: 0 } });
      const completed = all.filter(({ event, status }) => event === "create" && status === "completed");
      const removed = all.filter(({ event, status }) => event === "remove" && status === "completed");
      expect({ where, many: removed.length }).toEqual({ where, many: completed.length });
      expect({ where, many: new Set(ran).size }).toEqual({ where, many: completed.length });
      expect(ran).not.toContain("bad");
      expect(all.filter((one) => !isFinished(one))).toEqual([]);
      if (!deaths.died) break;
    }
  }
}, 300_000);
