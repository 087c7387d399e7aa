import type { Catalog } from "../../lambdas/core/catalog/catalog.ts";
import type { ClaimOutcome } from "../../lambdas/core/job/claim.ts";
import { TransientError } from "../../lambdas/core/kernel/errors.ts";
import type { ScheduleStates } from "../../lambdas/core/ports/schedule-states.ts";
import type { Timeline } from "../support/line/timeline.ts";
import { never } from "../support/never.ts";
import type { AlarmLedger } from "./alarm-rules.ts";
import type { Alarms } from "./alarms.ts";
import type { Coding } from "./coding.ts";
import type { Crowd } from "./crowd.ts";
import type { Editing } from "./editions.ts";
import type { Hardship } from "./hardship.ts";
import type { Herd } from "./herd.ts";
import { doingFor, type Invocation } from "./invocation.ts";
import type { Lines } from "./lines.ts";
import { canary, type Observer } from "./observer.ts";
import type { Pausing } from "./pausing.ts";
import type { Poison } from "./poison.ts";
import type { Policies } from "./policies.ts";
import type { Random } from "./random.ts";

/**
 * The services that may have outages, by the names of their ports, and the calls that may fail alone: throttled, or forbidden.
 */
const services = {
  jobs: ["create", "getMany", "replace"],
  queue: ["send", "sendMany"],
  scheduler: ["schedule"],
  blobs: ["put", "get"],
  bus: ["publish"],
  stats: ["add"],
} as const;
/** The gates are newer than the seeds of the mutations: their outages are drawn by the randomness of limited histories. */
const callsOfGates = ["take", "look", "stand", "release", "mark"] as const;
/** The pauses have no outages: without them nothing starts, which outages of the table show. Nor has the queue of the pump. */
export type Service = keyof typeof services | "gates" | "pauses" | "ticks";

/** Whether a call of a service has an outage at a given time. */
export type Outages = (service: Service, method: string, at: number) => boolean;

export function outagesOf(random: Random, hardship: Hardship, start: number, limited?: Random): Outages {
  const weak = random.some(Object.keys(services) as (keyof typeof services)[]);
  const outages = Array.from({ length: random.int(0, hardship.outages) }, () => {
    // Half of them fall into the time when jobs are requested.
    const from = start + random.int(0, random.pick([300_000, 2_400_000]));
    const service = random.pick(weak);
    const method = random.chance(0.5) ? random.pick<string>(services[service]) : undefined;
    return { service, method, from, to: from + random.int(10_000, 700_000) };
  });
  const ofGates = Array.from({ length: limited?.int(0, Math.min(2, hardship.outages)) ?? 0 }, () => {
    const from = start + (limited?.int(0, 300_000) ?? 0);
    const method = limited?.pick<string | undefined>([undefined, ...callsOfGates]);
    return { service: "gates" as const, method, from, to: from + (limited?.int(10_000, 300_000) ?? 0) };
  });
  return (service, method, at) =>
    [...outages, ...ofGates].some(
      (out) => out.service === service && (out.method ?? method) === method && at >= out.from && at < out.to,
    );
}

/**
 * The error of a port. Its message quotes what was sent, as AWS's messages may, and must appear in no log line and no answer.
 */
export class Injected extends TransientError {
  constructor(what: string, code = "InternalServerError") {
    super(code, `${what}: ${canary}`);
  }
}

/** The names that the SDK gives the services that we call. */
const throttles = ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestThrottled", "SlowDown"];

/** A catalog whose schedules the reconciler follows. */
export interface Deployed {
  catalog(): Catalog;
  hash(): string;
  states: ScheduleStates;
}

export interface World {
  time: Timeline;
  random: Random;
  /** Separate randomness for the faults that were added later (hardship.ts). */
  late: Random;
  hardship: Hardship;
  /** When calls cease to fail, so that whatever has not ended by the end of the history never would. Epoch milliseconds. */
  ceases: number;
  observer: Observer;
  outages: Outages;
  /** What AWS permanently refuses. */
  poison: Poison;
  /** Whether a consumer's memory is full. */
  crowd: Crowd;
  /** Present in histories with a crowd of jobs that have limits: separate randomness, so that the others stay the same. */
  limited?: Random;
  /** All jobs of that crowd have several limits, and their messages often come twice at once. */
  hasTwins?: boolean;
  /** Present in histories whose jobs stand in lines that are watched. */
  lines?: Lines;
  /** Present in histories whose deployments change the schedules of the catalog: what is deployed now. */
  deployments?: Deployed;
  /** Present in histories whose deployments change a feature while runs of it are under way (editions.ts). */
  edits?: Editing;
  /** Present in histories with runs of code, and with deployments of other code meanwhile (coding.ts). */
  coding?: Coding;
  /** Present in histories with jobs whose target is a fallback: separate randomness. */
  spares?: Random;
  /** Separate randomness for jobs with a cache tag (remembered.ts). Few histories have them. */
  remembered?: Random;
  /** Separate randomness for requests with the token of a user (signed.ts). Few histories have them. */
  signed?: Random;
  /** Separate randomness for runs that wait for messages, and for those who send them (signalling.ts). Few histories have them. */
  signalled?: Random;
  /** Separate randomness for runs that wait for the decisions of people (approving.ts). Few histories have them. */
  approving?: Random;
  /** Separate randomness for runs whose steps are undone (undoing.ts). Few histories have them. */
  undone?: Random;
  /** Separate randomness for runs with a step for each item (for-each-rules.ts). Few histories have them. */
  listed?: Random;
  /** Present in histories whose product has alerts, with what they have shown of them (alarms.ts). Few histories have them. */
  alarms?: Alarms & { ledger: AlarmLedger };
  /** Separate randomness for claims whose consumer gets an error although they were written. Few histories have them. */
  lossy?: Random;
  /** What is paused. */
  pausing: Pausing;
  /** How full the Scheduler is. */
  herd: Herd;
  /** What becomes of the series that callers ask for. */
  policies: Policies;
}

/**
 * Batch calls return which items were refused, and throw nothing (core/ports/refused.ts). Their fault is that AWS took no item,
 * or that nobody knows which items it took.
 */
const refusals: Record<string, (args: unknown[], cause: Injected) => unknown> = {
  createMany: ([jobs], cause) => (jobs as unknown[]).map((_, index) => ({ index, cause })),
  /** The first argument of a job queue's calls is the type. */
  sendMany: (args, cause) => (args.at(-1) as unknown[]).map((_, index) => ({ index, cause })),
  keep: ([letters], cause) => (letters as unknown[]).map((_, index) => ({ index, cause })),
  publish: ([events], cause) => (events as unknown[]).map((_, index) => ({ index, code: cause.code })),
};

/** The longer delays are long enough for a lease to end during a call of its consumer. */
const hangs: readonly [from: number, to: number][] = [
  [1000, 20_000],
  [20_000, 80_000],
];

/** The calls with which a consumer writes its outcome. */
const outcomeWrites = new Set(["put", "archive", "replace"]);

/** The job that a call of the store or of the blobs is about, as far as its first argument says so. */
function jobOf([first]: unknown[]): string | undefined {
  if (typeof first === "string") return /job_[0-9a-f]{32}/.exec(first)?.[0];
  const { id, job_id } = (first ?? {}) as { id?: unknown; job_id?: unknown };
  return [job_id, id].find((value) => typeof value === "string") as string | undefined;
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** A port as one invocation sees it: slow and faulty. After the invocation's death no call has an effect. */
export function throughAdversary<Port extends object>(
  service: Service,
  port: Port,
  invocation: Invocation,
  { time, random, hardship, ceases, observer, outages }: World,
): Port {
  const happens = (fault: "stall" | "hang" | "die" | "throttle" | "failBefore" | "failAfter") =>
    time.now() < ceases && random.chance(hardship[fault]);
  const pass = (isHanging: boolean) =>
    time.sleep(
      isHanging
        ? random.int(...random.pick(hangs))
        : random.chance(hardship.slow)
          ? random.int(300, 1500)
          : random.int(1, 20),
    );
  const call = (method: string, effect: Method) => {
    const at = (fault: string) => {
      observer.cover(`${fault} ${method}`);
      observer.note(() => `${invocation.what} ${fault} ${method}`);
    };
    const refuse = (args: unknown[], cause: Injected) => {
      const own = doingFor(invocation, jobOf(args));
      // What is repeated is not more work.
      invocation.calls--;
      if (service === "jobs" && own.isWriting) own.hasFailed = true;
      const refusal = refusals[method];
      if (!refusal) throw cause;
      return refusal(args, cause);
    };
    return async (...args: unknown[]) => {
      invocation.calls++;
      if (invocation.isOver)
        observer.violated("feature", `${invocation.what} continues with ${method} although its time is up`);
      const own = doingFor(invocation, jobOf(args));
      if (outcomeWrites.has(method) && own.claim_id !== undefined && !own.isWriting) {
        own.isWriting = true;
        if (happens("stall")) {
          at("is suspended before");
          await time.sleep(random.int(25_000, 70_000));
        }
      }
      const hung = happens("hang") ? random.pick(["before", "after"]) : undefined;
      await pass(hung === "before");
      await invocation.frozen;
      if (invocation.dead) return never();
      if (happens("die")) {
        invocation.dead = true;
        const effective = random.chance(0.5);
        at(effective ? "dies after" : "dies before");
        if (effective) await effect(...args).catch(() => {});
        return never();
      }
      if (happens("throttle") || outages(service, method, time.now())) {
        at("throttles");
        return refuse(args, new Injected(`${method} was throttled`, random.pick(throttles)));
      }
      if (happens("failBefore")) {
        at("fails before");
        return refuse(args, new Injected(`${method} failed before it took effect`));
      }
      const answer = await effect(...args);
      if (happens("failAfter")) {
        at("fails after");
        return refuse(args, new Injected(`${method} failed after it took effect`));
      }
      if (hung === "after") at("answers late to");
      await pass(hung === "after");
      await invocation.frozen;
      if (method === "claim")
        doingFor(invocation, jobOf(args)).hasAnswer = (answer as ClaimOutcome).outcome === "claimed";
      return invocation.dead ? never() : answer;
    };
  };
  // A proxy, because most invocations use few of their ports' methods, and there are many invocations.
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name);
      return typeof value === "function" ? call(String(name), value as Method) : value;
    },
  });
}
