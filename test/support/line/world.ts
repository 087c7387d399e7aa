import type { HttpRequest, HttpResponse } from "../../../lambdas/aws/http/route.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { type Job, type JobMessage, jobMessageOf, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { Measured } from "../../../lambdas/core/job/measures.ts";
import type { GateName } from "../../../lambdas/core/limits/gate.ts";
import type { Calls } from "../../../lambdas/core/limits/pump.ts";
import type { ExecuteWithServices } from "../../../lambdas/core/operations/execution.ts";
import { type PausesMemory, withRecent } from "../../../lambdas/core/operations/recent-pauses.ts";
import type { ApiServices, ConsumerServices, ReconcilerServices } from "../../../lambdas/core/operations/services.ts";
import { tickLine } from "../../../lambdas/core/operations/tick.ts";
import type { Gates } from "../../../lambdas/core/ports/gates.ts";
import type { JobQueue } from "../../../lambdas/core/ports/job-queue.ts";
import type { Log } from "../../../lambdas/core/ports/log.ts";
import type { Scheduler } from "../../../lambdas/core/ports/scheduler.ts";
import type { Tick, Ticks } from "../../../lambdas/core/ports/ticks.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { type Random, seeded } from "../../simulation/random.ts";
import { aJob, noon } from "../builders.ts";
import { fakeStoredPauses } from "../fakes/pauses.ts";
import { fakeServices } from "../fakes/services.ts";
import { type Invocation, type Purpose, slowPorts } from "./invocation.ts";
import { type LineProduct, lineCatalog, tenant } from "./product.ts";
import { type Invoke, type Lag, type Queue, queue } from "./queue.ts";
import { timeline } from "./timeline.ts";
import { watchedRuns } from "./watched-runs.ts";

export interface WorldOptions extends LineProduct {
  seed?: number;
  /** How late the messages of jobs and of the pump are, in milliseconds. Default: 0. */
  lag?: Lag;
  tickLag?: Lag;
  /** How likely a message comes twice, and an invocation is killed. Default: 0. */
  duplicates?: number;
  kills?: number;
  /** By how much clocks are off, in milliseconds. */
  skew?: number;
  /** Consumers at a time. */
  concurrency?: number;
  /** How long a call of a port takes, in milliseconds. */
  callMs?: readonly [from: number, to: number];
  /** The most writes of one item of a gate in a second. Default: no bound. */
  itemWrites?: number;
  /** How long a job runs that does not say it, in milliseconds. */
  runMs?: number;
}

/** All that any entry needs. */
export type LineServices = ConsumerServices & ApiServices & ReconcilerServices & { ticks: Ticks };

interface Delivered {
  message: JobMessage;
  calls?: Calls;
}

/** What a process of a Lambda remembers. */
interface Process {
  pauses: PausesMemory;
  pins: { at: number; pins?: ReturnType<Gates["pins"]> };
}

const minute = 60_000;
const freshPinsMs = 4000;
const visibility = { jobs: 360_000, ticks: 30_000 } as const;

/**
 * The project's engine, pump, reconciler and API on fakes, in virtual time: queues are late and deliver twice, Lambdas are killed,
 * clocks are off, calls take milliseconds and items take a limited number of writes. The same seed gives the same world.
 */
export async function lineWorld(options: WorldOptions) {
  // Loaded before virtual time begins, since loading takes real time.
  await import("../../../lambdas/core/operations/schedule-shared.ts");
  const { seed = 1, skew = 100, kills = 0, duplicates = 0, runMs = 20 } = options;
  const random = seeded(seed);
  seedIds(seeded(seed ^ 0x1d5));
  const time = timeline(noon);
  let catalog = lineCatalog(options);
  const base = fakeServices({ catalog });
  const stored = fakeStoredPauses();
  const processes: Process[] = [];
  const errors: string[] = [];
  const measured: { at: number; message: string; values: Measured["values"]; of: Measured["of"] }[] = [];
  const messages = new Map<string, number>();
  const sent = { jobs: 0, ticks: 0 };
  const watch: { call: (call: string, by: Invocation) => void } = { call: () => {} };
  const ports = slowPorts({
    time,
    random,
    callMs: options.callMs ?? [2, 7],
    itemWrites: options.itemWrites ?? Number.POSITIVE_INFINITY,
    onCall: (call, by) => watch.call(call, by),
  });
  const runs = watchedRuns(time, base.gates);

  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => void errors.push(`${time.now() - noon} ms: ${message} ${JSON.stringify(fields ?? {})}`),
    measure: (message, { values, of }) => {
      if (message.includes("wait")) measured.push({ at: time.now() - noon, message, values, of });
    },
  };

  function invocation(purpose: Purpose, over: () => void = () => {}): Invocation {
    const by: Invocation = {
      purpose,
      skew: Math.round((random.next() * 2 - 1) * skew),
      dead: false,
      calls: [],
      kill() {
        if (by.dead) return;
        by.dead = true;
        runs.killed(by);
        over();
      },
    };
    return by;
  }

  function servicesOf(by: Invocation, process: Process): LineServices {
    const clock = {
      now: () => time.now() + by.skew,
      sleep: async (ms: number, signal?: AbortSignal) => {
        await time.sleep(ms, signal);
        if (by.dead) await new Promise(() => {});
      },
    };
    const of = <Port extends object>(name: string, port: Port) => ports.of(name, port, by);
    return {
      ...base,
      catalog,
      jobs: of("jobs", base.jobs),
      gates: withMemory(of("gates", base.gates), process),
      queue: of("queue", jobQueue),
      ticks: of("ticks", ticks),
      scheduler: of("scheduler", scheduler),
      sharedKeys: of("sharedKeys", base.sharedKeys),
      pauses: withRecent(of("pauses", stored), clock, process.pauses),
      clock,
      log,
    };
  }

  /** Pins that are some seconds old, as the adapter's are. */
  const withMemory = (gates: Gates, { pins }: Process): Gates => ({
    ...gates,
    pins(of, { fresh = false } = {}) {
      if (!fresh && pins.pins && time.now() - pins.at < freshPinsMs) return pins.pins;
      const read = gates.pins(of);
      Object.assign(pins, { at: time.now(), pins: read });
      return read;
    },
  });

  /** Begins an invocation in a process that is idle. */
  function begin(purpose: Purpose, over?: () => void) {
    const by = invocation(purpose, over);
    const process = processes.pop() ?? { pauses: {}, pins: { at: 0 } };
    if (kills > 0 && random.chance(kills)) time.after(random.next() * 400, by.kill);
    return { by, services: servicesOf(by, process), end: () => void (by.dead || processes.push(process)) };
  }

  const consume: Invoke<Delivered> = (over) => {
    const { by, services, end } = begin("consumer", over);
    const execute: ExecuteWithServices = async ({ job, signal }) => {
      const ended = runs.started(job, by);
      await services.clock.sleep(msOf(job) ?? runMs, signal);
      ended();
      return {};
    };
    const handle = ({ message: { message, calls } }: { message: Delivered }) =>
      runJob(services, execute, message, {
        type: "action",
        random: () => random.next(),
        ...(calls && { calls }),
      });
    return { handle, end };
  };

  const pump: Invoke<Tick> = (over) => {
    const { services, end } = begin("pump", over);
    return { handle: ({ message }) => tickLine(services, message), end };
  };

  const settings = { duplicates, concurrency: options.concurrency ?? 60, batch: 10 };
  const jobMessages: Queue<Delivered> = queue(
    { time, random },
    { ...settings, lag: options.lag ?? 0, visibilityMs: visibility.jobs },
    consume,
  );
  const tickMessages: Queue<Tick> = queue(
    { time, random },
    { ...settings, lag: options.tickLag ?? options.lag ?? 0, concurrency: 10, visibilityMs: visibility.ticks },
    pump,
  );

  const enqueue = (message: JobMessage, delaySeconds: number, calls?: Calls) => {
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > 900)
      throw new Error(`SQS refuses a delay of ${delaySeconds} s`);
    sent.jobs++;
    messages.set(message.job_id, (messages.get(message.job_id) ?? 0) + 1);
    jobMessages.send({ message, ...(calls && { calls }) }, delaySeconds);
  };
  const jobQueue: JobQueue = {
    reach: new Set(jobTypes),
    send: async (_type, message, { delaySeconds, calls }) => enqueue(message, delaySeconds, calls),
    async sendMany(_type, entries) {
      for (const { message, delaySeconds, calls } of entries) enqueue(message, delaySeconds, calls);
      return [];
    },
  };
  const ticks: Ticks = {
    async send(some, now) {
      for (const tick of some) {
        sent.ticks++;
        tickMessages.send(tick, Math.min(900, Math.max(0, Math.floor((tick.visible - now) / 1000))));
      }
    },
  };
  const scheduler: Scheduler = {
    async schedule(_name, at, _type, message) {
      time.after(at * 1000 - time.now() + random.next() * minute, () => enqueue(message, 0));
    },
    async unschedule() {},
  };

  const memory = newMemory();
  const round = () => {
    const { services, end } = begin("reconciler");
    void reconcile(services, graceMs, memory)
      .catch((error) => void errors.push(`reconciler: ${error}`))
      .finally(end);
    time.after(minute, round);
  };
  time.after(random.next() * minute, round);

  let made = 0;

  /** Stores a job and sends its message, as an accepted request does: so many at once cost no time of the test. */
  function put(event: string, given: Partial<Job> & { ms?: number; keys?: Record<string, string> } = {}): Job {
    const { ms, keys = {}, ...overrides } = given;
    const now = time.now();
    const { due_at = now } = overrides;
    const job = aJob({
      id: `job_${(++made).toString(16).padStart(24, "0")}${hashed(made)}`,
      event,
      ...tenant,
      gates: limitsOf(event).map((limit) => ({ limit, key: keys[limit] ?? "" })),
      created_at: now,
      due_at,
      status: due_at > now ? "scheduled" : "queued",
      retries: 0,
      ...overrides,
      input: { inline: { body: { ...(ms !== undefined && { ms }) } } },
    });
    void base.jobs.create(job);
    enqueue(jobMessageOf(job), Math.min(900, Math.floor(Math.max(0, due_at - now) / 1000)));
    return job;
  }

  const limitsOf = (event: string): string[] => catalog.lookup(tenant.product, event)?.event.limits ?? [];

  /** Lets so many milliseconds pass. */
  async function run(ms: number): Promise<void> {
    let isOver = false;
    time.after(ms, () => {
      isOver = true;
    });
    await time.run(() => !isOver);
  }

  async function api<Answer>(operation: (services: LineServices) => Promise<Answer>): Promise<Answer> {
    let isOver = false;
    const answer = calling(operation).finally(() => {
      isOver = true;
    });
    answer.catch(() => {});
    await time.run(() => !isOver);
    return answer;
  }

  async function calling<Answer>(operation: (services: LineServices) => Promise<Answer>): Promise<Answer> {
    const { services, end } = begin("api");
    return operation(services).finally(end);
  }

  return {
    time,
    random,
    base,
    run,
    put,
    /** Calls `change` with every port call, before it takes effect: to kill its invocation, for example. */
    watch,
    runs,
    errors,
    measured,
    messages,
    sent,
    writes: ports.writes,
    throttled: ports.throttled,
    queues: { jobs: jobMessages, ticks: tickMessages },
    /** Milliseconds since the world began. */
    now: () => time.now() - noon,
    /** Lets time pass until `done()`, at most so many milliseconds. Answers whether it came to that. */
    async until(done: () => boolean, mostMs: number): Promise<boolean> {
      const end = time.now() + mostMs;
      time.after(mostMs, () => {});
      await time.run(() => time.now() < end && !done());
      return done();
    },
    /** Lets somebody call the API, and time pass until there is an answer. `calling` only begins the call. */
    api,
    calling,
    /** The same for a route. */
    async ask(route: { handle: Route }, asked: Partial<HttpRequest>): Promise<HttpResponse> {
      return api((services) => route.handle(services, { ...anyone, ...asked }));
    },
    /** Deploys another catalog. */
    deploy(next: LineProduct) {
      catalog = lineCatalog(next);
    },
    job: (id: string) => base.jobs.peek(id),
    gate: (limit: string, key = "") => gateIn(base.gates.all(), { ...tenant, limit, key }),
  };
}

type Route = (services: LineServices, request: HttpRequest) => Promise<HttpResponse>;

/** A caller who may do everything. */
export const anyone: HttpRequest = {
  id: "req-1",
  body: undefined,
  params: {},
  query: {},
  headers: {},
  scopes: allScopes,
  caller: "tests",
  kept: {},
};

/** Ids of marks and claims follow from the seed as well: some choices are made by them. */
function seedIds(random: Random): void {
  const hex = (digits: number) =>
    random
      .int(0, 16 ** digits - 1)
      .toString(16)
      .padStart(digits, "0");
  const randomUUID = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}`;
  Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true });
}

export type LineWorld = Awaited<ReturnType<typeof lineWorld>>;

const gateIn = <Kept extends { gate: GateName }>(all: Kept[], { limit, key }: GateName): Kept | undefined =>
  all.find(({ gate }) => gate.limit === limit && gate.key === key);

const msOf = ({ input }: Job): number | undefined =>
  "inline" in input ? (input.inline as { body?: { ms?: number } }).body?.ms : undefined;

/** Eight digits of an id, from which its shard and its part of a gate follow. */
const hashed = (n: number): string => (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
