import { setImmediate } from "node:timers/promises";
import { uuidv7 } from "uuidv7";
import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { timeline } from "../support/line/timeline.ts";
import { outagesOf } from "./adversary.ts";
import { alarmLedger } from "./alarm-rules.ts";
import { alarmsOf, calmAlarms } from "./alarms.ts";
import { checkAtRest } from "./at-rest.ts";
import { codingOf } from "./coding.ts";
import { crowdOf } from "./crowd.ts";
import { nameOfWrite } from "./dead-letters.ts";
import { deploymentsOf } from "./deployments.ts";
import { editingOf } from "./editions.ts";
import { hardshipOf, peacefulHardship, withLateFaults, withRaces, withTwins } from "./hardship.ts";
import { herdOf } from "./herd.ts";
import { ledger as newLedger } from "./ledger.ts";
import { lineStartsKeepRates, watchLines } from "./line-rules.ts";
import { calmLines, linesOf } from "./lines.ts";
import { type Observer, observer } from "./observer.ts";
import { pausingOf } from "./pausing.ts";
import { poisonOf } from "./poison.ts";
import { policiesOf } from "./policies.ts";
import { type Random, seeded } from "./random.ts";
import { simulatedSystem } from "./system.ts";
import { workload } from "./workload.ts";

export interface History extends Pick<Observer, "violations" | "trace" | "covered"> {
  seed: number;
  jobs: number;
}

export interface Options {
  /** Keeps a line for everything that happens. */
  traced?: boolean;
  /** Other stored jobs, to which nothing must happen. */
  bystanders?: Job[];
}

/** 2030-01-01T12:00:00Z. */
export const start = Date.UTC(2030, 0, 1, 12);
const hour = 3_600_000;
/**
 * Long after everything that a workload can request: a series that does not run on the first day begins after 12 hours, and each of
 * its runs may fail for more than an hour.
 */
const horizon = start + 48 * hour;
/**
 * Where each call fails in one of many ways, a job that passes three gates may need more than a day by mere bad luck. What does not end
 * in hours without such faults never would.
 */
const ceases = start + 36 * hour;
/** Many times what a peaceful history takes. Beyond it, something calls itself endlessly. */
const mostEvents = 60_000;
/** The same of one with lines or alerts, which has many jobs, or with code, whose decisions are many where processes die. */
const mostOfLines = 120_000;
/** One with hundreds of starts a second has thousands of jobs. */
const mostOfQuick = 600_000;
/** And for each hour: where calls fail, a history may last for 36 of them, and the reconciler makes some 100 calls a minute. */
const mostPerHour = 10_000;
const busyUntil = start + 1_900_000;

/**
 * Whether a series wants its runs to start within a minute, which a hard world does not let them: all are skipped, and those that
 * were skipped do not count to its limit.
 */
const isLateForGood = ({ repeat, skipped_runs = 0, run }: Job): boolean =>
  (repeat?.max_lateness_ms ?? Number.POSITIVE_INFINITY) <= 60_000 && skipped_runs > 100 && skipped_runs > run / 2;

/**
 * Plays one history, which is the same for the same seed. Every fourth one is peaceful, to check that jobs are on time if
 * nothing breaks.
 */
export async function history(seed: number, options: Options = {}): Promise<History> {
  // Garbage is freed only in the event loop, which the ticks of a history never reach.
  await setImmediate();
  // Loaded once, and before virtual time begins, since loading takes real time.
  const restore = takeChance(seeded(seed ^ 0x5f5f), options.traced ?? false);
  try {
    return await run(seed, options);
  } finally {
    restore();
  }
}

/** A part of the hard and of the peaceful histories. */
const isLimited = (seed: number): boolean => seed % 8 === 5 || seed % 16 === 12;
/** Every eighth of the hard ones has jobs with several limits only, whose messages often come twice at once. */
const hasTwins = (seed: number): boolean => seed % 64 === 61;

/** Few histories have them, so that the others stay as they are. */
const hasSpares = (seed: number): boolean => seed % 32 === 18;
/** Whether a history has jobs with a cache tag. */
const remembers = (seed: number): boolean => seed % 32 === 26;
/** Whether a history has requests with sessions, and jobs that publish. */
const isSigned = (seed: number): boolean => seed % 32 === 2;

/** Whether runs wait for messages: a hard part of the histories, and a peaceful one. */
const hasSignals = (seed: number): boolean => seed % 32 === 14 || seed % 32 === 24;

/** Whether runs undo their steps: a hard part of the histories, and a peaceful one. */
const hasUndos = (seed: number): boolean => seed % 32 === 6 || seed % 32 === 16;
/** Whether runs have steps for each item: a hard part of the histories, and a peaceful one. */
const hasItems = (seed: number): boolean => seed % 32 === 30 || seed % 32 === 4;

/** Whether runs wait for the decisions of people: a hard part of the histories, and a peaceful one. */
const hasApprovals = (seed: number): boolean => seed % 32 === 17 || seed % 32 === 20;

/** Whether claims are often written although the consumer gets an error for an answer. */
const losesClaims = (seed: number): boolean => seed % 32 === 10 || seed % 64 === 29 || seed % 64 === 39;
/** Whether requests that share a job are messages, which are read late. */
const readsLate = (seed: number): boolean => seed % 32 === 31;

async function run(seed: number, { traced = false, bystanders = [] }: Options): Promise<History> {
  const random = seeded(seed);
  const lines = linesOf(seed);
  const deployments = deploymentsOf(seed);
  const edits = editingOf(seed);
  const coding = codingOf(seed);
  const alarms = alarmsOf(seed);
  const isPeaceful = seed % 4 === 0;
  const late = seeded(seed ^ 0x1a7e);
  const drawn = isPeaceful
    ? peacefulHardship(random)
    : withRaces(withLateFaults(hardshipOf(random), late), seeded(seed ^ 0x7ace));
  const calm = (lines?.isCalm && calmLines) || (alarms?.isCalm && calmAlarms) || undefined;
  const hardship = calm ?? (hasTwins(seed) ? withTwins(drawn) : drawn);
  const time = timeline(start);
  const seen = observer(time.now, start, traced);
  const ledger = newLedger(seen, start);
  const limited = isLimited(seed) ? seeded(seed ^ 0x6a7e) : undefined;
  const outages = outagesOf(random, hardship, start, limited);
  const poison = poisonOf(seed, isPeaceful || alarms?.isCalm === true);
  const isPoison = (after: Job) => poison.write(nameOfWrite(after));
  const world = {
    time,
    random,
    late,
    hardship,
    ceases,
    observer: seen,
    outages,
    poison,
    crowd: crowdOf(seed, isPeaceful || lines !== undefined || calm !== undefined, hardship),
    ...(lines && { lines }),
    ...(deployments && { deployments }),
    ...(edits && { edits }),
    ...(coding && { coding }),
    ...(limited && { limited, hasTwins: hasTwins(seed) }),
    ...(hasSpares(seed) && { spares: seeded(seed ^ 0x5fa2) }),
    ...(remembers(seed) && { remembered: seeded(seed ^ 0x3cac) }),
    ...(isSigned(seed) && { signed: seeded(seed ^ 0x516e) }),
    ...(hasSignals(seed) && { signalled: seeded(seed ^ 0x519a) }),
    ...(hasApprovals(seed) && { approving: seeded(seed ^ 0xa994) }),
    ...(hasUndos(seed) && { undone: seeded(seed ^ 0x0d0e) }),
    ...(hasItems(seed) && { listed: seeded(seed ^ 0x715d) }),
    ...(alarms && { alarms: { ...alarms, ledger: alarmLedger({ time, observer: seen, isPoison }, alarms) } }),
    ...(losesClaims(seed) && { lossy: seeded(seed ^ 0x105e) }),
    pausing: pausingOf(seed),
    herd: herdOf(seed),
    policies: policiesOf(seed),
  };
  const system = simulatedSystem(world, ledger, bystanders);
  // Few histories have them, so that the others stay as they are.
  const sharing =
    seed % 8 === 7
      ? { random: seeded(seed ^ 0x5a4e), ...(readsLate(seed) && { late: seeded(seed ^ 0x1e55) }) }
      : undefined;
  const accepted = workload(world, ledger, system, { isChanging: !isPeaceful && !calm, sharing });
  deployments?.begin(world, system, ledger);
  if (lines) watchLines({ ...world, lines }, system);
  if (world.alarms) {
    await world.alarms.begin(start);
    system.onWrite(world.alarms.ledger.note);
  }
  const isDone = (job: Job) => isFinished(job) || job.status === "paused" || bystanders.some(({ id }) => id === job.id);
  let events = 0;
  const most = () =>
    (lines?.kind === "quick" ? mostOfQuick : lines || coding || alarms ? mostOfLines : mostEvents) +
    (mostPerHour * (time.now() - start)) / hour;
  const going = () =>
    ++events < most() &&
    seen.violations.length === 0 &&
    time.now() < horizon &&
    (time.now() < busyUntil ||
      system.inFlight() > 0 ||
      !system.jobs.all().every(isDone) ||
      !(world.alarms?.ledger.isAtRest() ?? true));
  await time.run(going);
  const open = system.jobs.all().filter((job) => !isDone(job));
  // One that is late for good spends what a history may take before the jobs of the next hours have run.
  const isSpent = events >= most() && open.some(isLateForGood);
  const isOnlyLate = isSpent || (open.length > 0 && open.every(isLateForGood));
  if (isOnlyLate) seen.cover("a series is too late in every run");
  else if (events >= most()) seen.violated(10, `${events} things have happened, and there is no end`);
  if (seen.violations.length === 0 && !isOnlyLate) {
    const { held } = world.pausing;
    const open = await system.openApprovals();
    await coding?.watch?.atRest();
    world.alarms?.ledger.checkAtRest();
    checkAtRest({ system, ledger, accepted, hardship, isPeaceful, isDone, bystanders, held, open });
  }
  if (lines && seen.violations.length === 0) lineStartsKeepRates({ ...world, lines });
  const { violations, trace, covered } = seen;
  return { seed, violations, trace, covered, jobs: accepted.size };
}

/**
 * Derives the ids of claims, writes and jobs from the seed as well. Turns off error stacks, which are many and which nobody
 * reads.
 */
export function takeChance(random: Random, traced: boolean) {
  const randomUUID = () => `${random.int(0, 0xffff).toString(16).padStart(4, "0")}-${random.next()}`;
  let refilled = false;
  let word = () => 0;
  const getRandomValues = (words: Uint32Array) => {
    refilled = true;
    words.set(words.map(() => word()));
    return words;
  };
  // A handler of code reads a Date that stands before the real one.
  const real = { now: Object.getOwnPropertyDescriptor(Date, "now"), stackTraceLimit: Error.stackTraceLimit };
  for (const [name, value] of Object.entries({ randomUUID, getRandomValues }))
    Object.defineProperty(crypto, name, { value, configurable: true });
  if (!traced) Error.stackTraceLimit = 0;
  // The library keeps some random words and the time of its last id from the previous history: these are used up first.
  Date.now = () => start - 24 * hour;
  uuidv7();
  for (refilled = false; !refilled; ) uuidv7();
  word = () => random.int(0, 0xffff_ffff);
  Date.now = () => start;
  return () => {
    if (real.now) Object.defineProperty(Date, "now", real.now);
    Error.stackTraceLimit = real.stackTraceLimit;
    for (const name of ["randomUUID", "getRandomValues"]) Reflect.deleteProperty(crypto, name);
  };
}
