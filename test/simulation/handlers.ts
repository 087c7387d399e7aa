import { setImmediate } from "node:timers/promises";
import { runJob } from "../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../lambdas/consumers/types/feature/decisions.ts";
import { isOwnStep } from "../../lambdas/consumers/types/function/own-step.ts";
import { isCodeProgress } from "../../lambdas/core/job/code-progress.ts";
import { isFinished, type Job, type JobMessage, type JobType, jobMessageOf } from "../../lambdas/core/job/job.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import { isUndoKey, runLogOf } from "../../lambdas/core/job/run-log.ts";
import { isStuck } from "../../lambdas/core/job/transitions.ts";
import { TransientError } from "../../lambdas/core/kernel/errors.ts";
import { cancel, changeJob, retry } from "../../lambdas/core/operations/change-job.ts";
import { decideApproval, findApproval } from "../../lambdas/core/operations/decide-approval.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import { migrateJob } from "../../lambdas/core/operations/migrate-job.ts";
import { scheduleJob } from "../../lambdas/core/operations/schedule-job.ts";
import { sendSignal } from "../../lambdas/core/operations/send-signal.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { parseSignal } from "../../lambdas/core/requests/signal-request.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { timeline } from "../support/line/timeline.ts";
import { never } from "../support/never.ts";
import { codeProcesses } from "./code-process.ts";
import { codeWatch } from "./code-rules.ts";
import { codedEvent, isCoded } from "./coded.ts";
import { drawnCoding, programsOfBundle } from "./coding.ts";
import { type History, start, takeChance } from "./history.ts";
import type { Invocation } from "./invocation.ts";
import type { OnWrite } from "./invocations.ts";
import { observer } from "./observer.ts";
import { goKey } from "./programs.ts";
import { seeded } from "./random.ts";
import { loadFrom } from "./system.ts";

const minute = 60_000;
/** When processes cease to die. */
const ceases = start + 20 * minute;
/** What has not ended by then never would. */
const horizon = start + 48 * 60 * minute;
const mostEvents = 60_000;
/** How long SQS keeps a message to itself whose consumer has died. */
const visibilityMs = 60_000;

/** The ports that write, and by which method: a process may die before or after each. */
const writes = {
  jobs: ["create", "replace", "claim"],
  queue: ["send", "sendMany"],
  scheduler: ["schedule", "unschedule"],
  runLogs: ["append"],
  signals: ["listen", "leave", "decide"],
  approvals: ["open", "close"],
  blobs: ["put"],
} as const;

/**
 * Plays a history of runs of code and nothing else: handlers that are made at random, consumers and processes of code that die anywhere,
 * messages that come twice, other deployments, and people who cancel and retry. It is under the same rules as a history of the whole system
 * with such runs (code-rules.ts), and takes a small part of its time.
 */
export async function handlerHistory(seed: number, { traced = false }: { traced?: boolean } = {}): Promise<History> {
  await setImmediate();
  const restore = takeChance(seeded(seed ^ 0x5f5f), traced);
  try {
    return await play(seed, traced);
  } finally {
    restore();
  }
}

async function play(seed: number, traced: boolean): Promise<History> {
  const random = seeded(seed ^ 0x4a4d);
  const time = timeline(start);
  const seen = observer(time.now, start, traced);
  const isHard = seed % 8 !== 0;
  const dies = isHard ? random.pick([0.01, 0.03, 0.1]) : 0;
  const fails = isHard ? random.pick([0, 0, 0.01, 0.05]) : 0;
  const isMoving = seed % 8 === 6 || seed % 16 === 13;
  const coding = drawnCoding(seeded(seed ^ 0xc0de), {
    isHard,
    hasLong: seed % 4 === 1,
    asks: [2, 5].includes(seed % 8),
    isServed: seed % 8 === 4,
  });
  const services = { ...fakeServices({ catalog: coding.catalog() }), clock: time };
  const { jobs, queue, scheduler, blobs } = services;

  const listeners: OnWrite[] = [];
  const pending: Promise<unknown>[] = [];
  const hold = <T>(work: Promise<T>): Promise<T> => {
    pending.push(work);
    return time.hold(work);
  };
  const held = async () => {
    for (const work of pending.splice(0)) await work;
  };
  const watched = {
    ...jobs,
    ...written(jobs, async (id, write) => {
      const before = jobs.peek(id);
      const answer = await write();
      const after = jobs.peek(id);
      if (after !== before) for (const listener of listeners) listener({ before, after } as Parameters<OnWrite>[0]);
      await held();
      return answer;
    }),
  };
  const system = {
    jobs,
    blobs,
    load: loadFrom(blobs),
    onWrite: (listener: OnWrite) => void listeners.push(listener),
  };
  const watch = codeWatch({ time: { now: time.now, hold }, observer: seen, hardship: { skew: 0 } }, system, coding);
  coding.watch = watch;
  const code = codeProcesses({ time: { ...time, hold }, observer: seen, ceases }, coding);

  let flying = 0;
  const post = (type: JobType, message: JobMessage, ms: number) => {
    flying++;
    time.after(ms, () => void deliver(type, message));
  };
  queue.send = async (type, message, { delaySeconds }) => {
    const sent = structuredClone(message);
    post(type, sent, delaySeconds * 1000 + random.int(1, 40));
    if (random.chance(dies)) post(type, structuredClone(message), delaySeconds * 1000 + random.int(1, 90_000));
  };
  scheduler.schedule = async (name, at, type, message) => {
    if (scheduler.schedules.has(name)) return;
    scheduler.schedules.set(name, { at, type, message });
    flying++;
    time.after(Math.max(0, at * 1000 - time.now()), () => {
      flying--;
      if (scheduler.schedules.delete(name)) post(type, structuredClone(message), 5);
    });
  };

  /** One message, by a process that may die at each of its writes. */
  async function deliver(type: JobType, message: JobMessage): Promise<void> {
    const what = `consumer of ${message.job_id.slice(-6)}`;
    const by = {
      what,
      purpose: type === "feature" ? "decider" : "consumer",
      skew: 0,
      began: time.now(),
      dead: false,
    } as Invocation;
    const { promise: gone, resolve: die } = Promise.withResolvers<"died">();
    const kill = () => {
      by.dead = true;
      seen.note(() => `${what} dies`);
      die("died");
      return never();
    };
    const mayDie = () => time.now() < ceases && random.chance(dies);
    const mayFail = () => time.now() < ceases && random.chance(fails);
    const mortal = <P extends object>(port: P, methods: readonly string[]) =>
      new Proxy(port, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== "function") return method;
          return async (...args: unknown[]) => {
            if (by.dead) return never();
            if (random.chance(0.2)) await time.sleep(random.int(1, 20));
            if (by.dead) return never();
            const isLast = methods.includes(String(name)) && mayDie();
            if (isLast && random.chance(0.5)) return kill();
            if (mayFail()) throw refused(String(name));
            const answer = await method.apply(target, args);
            if (isLast) return kill();
            // It has happened, and its answer is lost.
            if (mayFail()) throw refused(String(name));
            return by.dead ? never() : answer;
          };
        },
      });
    const own = {
      ...services,
      jobs: mortal(watched, writes.jobs),
      queue: mortal(queue, writes.queue),
      scheduler: mortal(scheduler, writes.scheduler),
      runLogs: mortal(watch.logsOf(services.runLogs, by), writes.runLogs),
      signals: mortal(services.signals, writes.signals),
      approvals: mortal(services.approvals, writes.approvals),
      blobs: mortal(blobs, writes.blobs),
    };
    const act: ExecuteWithServices = async (execution, of) => {
      if (isOwnStep(execution.job)) return code.ownStep(by)(execution, of);
      await time.sleep(random.int(1, 2000));
      if (mayDie()) return kill();
      if (random.chance(0.1)) throw new JobError("VALIDATION_ERROR", "declined");
      if (random.chance(0.1)) throw new JobError("PROVIDER_ERROR", "away", { retryable: true });
      return { claim: `${execution.job.id.slice(-6)} ${random.int(0, 999)}` };
    };
    const isFeature = type === "feature";
    const options = { type, random: () => random.next(), ...(isFeature && { policy: decisionPolicy }) };
    const work = runJob(own, isFeature ? code.decide(by) : act, message, options);
    const end = await Promise.race([
      work.then(
        () => "done" as const,
        () => "refused" as const,
      ),
      gone,
    ]);
    await held();
    flying--;
    if (end !== "done") post(type, message, visibilityMs);
  }

  const at = (ms: number, happen: () => Promise<unknown>) => {
    flying++;
    time.after(
      ms,
      () =>
        void happen()
          .catch(() => {})
          .finally(() => flying--),
    );
  };
  const open = () => jobs.all().filter((job) => isCoded(job) && !isFinished(job));
  const plain = { ...services, jobs: watched };
  for (let n = random.int(1, 2); n > 0; n--)
    at(random.int(0, 10_000), () => {
      const input = { program: random.int(0, programsOfBundle - 1) };
      const body = { product_tag: "sim", env: "e", event: codedEvent, input, start_at: 0 };
      return scheduleJob(plain, parseRequest(body, services.catalog, time.now()));
    });
  for (let n = random.int(0, 5); n > 0; n--) {
    const body = { product_tag: "sim", env: "e", signal: "go", key: goKey, payload: {}, id: `go ${n}` };
    at(random.int(0, 180_000), () => sendSignal(plain, parseSignal(body, services.catalog)));
  }
  for (let n = random.int(0, 3); n > 0; n--)
    at(random.int(0, 180_000), async () => void (isMoving ? coding.grow() : coding.deploy()));
  for (let n = isHard ? random.int(0, 1) : 0; n > 0; n--)
    at(random.int(0, 120_000), async () => {
      const [one] = open();
      if (one) await changeJob(plain, one.id, cancel("by request", { isDecided: true }));
    });
  // Who is asked decides soon, in the moment in which the time is over, or not at all; and two may do so at once.
  let people = 0;
  const decide = async (id: string) => {
    const found = await findApproval(plain, id);
    if (found.is !== "open") return;
    await time.sleep(random.int(0, 40));
    const [choice, by] = [random.pick(["approve", "reject"]), `person ${++people}`];
    const { isOurs } = await decideApproval(plain, found, { choice, by });
    if (isOurs) watch.decided(id, { choice, by });
  };
  listeners.push(({ before, after }) => {
    const { id } = after?.approval ?? {};
    if (before || id === undefined || !random.chance(0.6)) return;
    const asked = async () => {
      const { until = 0 } = (await services.approvals.get("sim", "e", id)) ?? {};
      const takes = Math.max(0, random.pick([0, 5000, until - time.now() - 60]) + random.int(0, 60));
      for (let n = random.int(1, 2); n > 0; n--) at(takes, () => decide(id));
    };
    hold(asked());
  });
  let retries = isHard ? random.int(0, 2) : 0;
  listeners.push(({ before, after }) => {
    const isFailed = after && isCoded(after) && after.status === "failed" && before?.status === "running";
    if (isFailed && !after.parent && retries-- > 0) at(random.int(10, 60_000), () => tryAgain(after.id));
  });
  const tryAgain = async (id: string) => {
    const definition = isMoving && random.chance(0.7) ? "current" : undefined;
    if (definition) watch.moved(id);
    if (definition && random.chance(0.8)) await mend(id);
    return changeJob(plain, id, retry(0, { definition }));
  };
  /** Deploys other code for what a run may have failed by. */
  const mend = async (id: string) => {
    const job = jobs.peek(id);
    const progress = job?.progress && system.load(job.progress);
    if (!job || !isCodeProgress(progress)) return;
    const log = await services.runLogs.read(runLogOf(job, progress.code.part), 0);
    const failed = log.findLast(({ k, c, e }) => c === "run" && e === "failed" && !isUndoKey(k));
    // What is in a loop has been done before, it may be.
    if (!failed || failed.k.includes(".")) return;
    seen.cover("code: what has failed is mended");
    coding.mend(failed.k.slice(failed.k.lastIndexOf("/") + 1));
  };
  if (isMoving) moveRuns();

  /** People who let runs go on by what is deployed, which is sometimes something else; and who mend that. */
  function moveRuns() {
    const origin = new Map<string, string>();
    const move = async (id: string) => {
      const job = await jobs.get(id);
      if (!job) return;
      watch.moved(id);
      if (job.bundle !== undefined) origin.set(id, origin.get(id) ?? job.bundle);
      await migrateJob(plain, job, { caller: { actor: "k:0000000000000000" }, dryRun: false });
      seen.cover("code: a run is moved");
    };
    for (let n = random.int(1, 5); n > 0; n--)
      at(random.int(0, 240_000), async () => {
        const runs = open();
        if (runs.length > 0) await move(random.pick(runs).id);
      });
    for (let n = random.chance(0.4) ? random.int(1, 2) : 0; n > 0; n--)
      at(random.int(0, 180_000), async () => void coding.deploy());
    const mends = new Map<string, number>();
    listeners.push(({ after }) => {
      const progress = after?.progress && system.load(after.progress);
      const parked = isCodeProgress(progress) && progress.code.parked;
      if (!after || !parked || parked.code === "CRASHED" || isFinished(after)) return;
      const tried = mends.get(after.id) ?? 0;
      mends.set(after.id, tried + 1);
      at(random.int(1000, 600_000), async () => {
        if (tried > 2) return changeJob(plain, after.id, cancel("by request", { isDecided: true }));
        coding.takeBack(origin.get(after.id) ?? "");
        return move(after.id);
      });
    });
  }

  /** What the reconciler does for jobs whose messages are lost. */
  const sweep = () => {
    for (const job of jobs.all()) if (isStuck(job, time.now(), minute)) post(job.type, jobMessageOf(job), 1);
    time.after(minute, sweep);
  };
  time.after(minute, sweep);

  let events = 0;
  const isOver = () => flying === 0 && jobs.all().every(isFinished);
  await time.run(() => ++events < mostEvents && seen.violations.length === 0 && time.now() < horizon && !isOver());
  if (!isOver() && seen.violations.length === 0) {
    const left = jobs.all().filter((job) => !isFinished(job));
    seen.violated(
      "code",
      `${events} things have happened, and ${left.map(({ event, id }) => `${event} ${id.slice(-6)}`)} are open`,
    );
  }
  await held();
  if (seen.violations.length === 0) await watch.atRest();
  const { violations, trace, covered } = seen;
  return { seed, violations, trace, covered, jobs: jobs.all().length };
}

const refused = (what: string) => new TransientError("ThrottlingException", `${what} is refused for now`);

type Jobs = ReturnType<typeof fakeServices>["jobs"];

/** The methods that write a job, each within `around`. */
function written(
  { create, claim, replace, remove }: Jobs,
  around: <T>(id: string, write: () => Promise<T>) => Promise<T>,
) {
  return {
    create: (job: Job) => around(job.id, () => create(job)),
    claim: (...args: Parameters<Jobs["claim"]>) => around(args[0].job_id, () => claim(...args)),
    replace: (...args: Parameters<Jobs["replace"]>) => around(args[0].id, () => replace(...args)),
    remove: (job: Parameters<Jobs["remove"]>[0]) => around(job.id, () => remove(job)),
  };
}
