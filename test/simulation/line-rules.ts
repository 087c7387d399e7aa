import type { Job } from "../../lambdas/core/job/job.ts";
import { durationMs } from "../../lambdas/core/kernel/duration-ms.ts";
import type { GateName } from "../../lambdas/core/limits/gate.ts";
import type { LimitRule } from "../../lambdas/core/limits/limit-rule.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import type { World } from "./adversary.ts";
import type { Invocation } from "./invocation.ts";
import { isWaiting, nameOf } from "./ledger.ts";
import { type Lines, lineEvents, lineName } from "./lines.ts";
import { holds } from "./pausing.ts";

type Watched = Pick<World, "time" | "observer" | "hardship" | "pausing"> & { lines: Lines };

interface Stored {
  jobs: FakeJobStore;
  gates: FakeGates;
}

/** Milliseconds between two starts of a rate. */
const eachOf = ({ rate }: LimitRule): number => (rate ? durationMs(rate.period) / rate.limit : 0);

/**
 * Notes an attempt that starts to work and answers what notes its end. Attempts at work never exceed the largest number that may have
 * held meanwhile. They count as long as they really work, whatever becomes of their jobs.
 */
export function atWork(world: Watched, stored: Stored, job: Job, by: Invocation): () => void {
  const { time, observer, lines } = world;
  const now = time.now();
  const ends: (() => void)[] = [];
  for (const gate of job.gates ?? []) {
    const { limit } = gate;
    if (!(limit in lineEventsOf)) continue;
    const name = lineName(gate);
    startsInOrder(world, stored, job, gate);
    standsByItsKey(world, job, gate);
    lines.starts.set(name, [...(lines.starts.get(name) ?? []), { at: now, job }]);
    const live = (lines.atWork.get(name) ?? []).filter((one) => !one.by.dead && one.until > now);
    const one = { job, by, until: now + job.timeout_ms };
    const working = [...live, one];
    lines.atWork.set(name, working);
    ends.push(() =>
      lines.atWork.set(
        name,
        (lines.atWork.get(name) ?? []).filter((other) => other !== one),
      ),
    );
    const rules = lines.rules(limit, now, now);
    const kept = stored.gates.all().find((one) => lineName(one.gate) === name);
    if (kept && holdersAt(kept, now).length >= usedOf(rules)) lines.full.set(name, now);
    const most = Math.max(...rules.map(({ concurrency = Number.POSITIVE_INFINITY }) => concurrency));
    if (working.length > most)
      observer.violated("lines", `${nameOf(job)} starts as number ${working.length} of ${name}, at most ${most}`);
  }
  return () => {
    for (const end of ends) end();
  };
}

/** How many may stand before a job that starts, besides those that are called at a time. */
const before = 6;

/** A job stands in the line of the field that its limit had when the job was accepted. */
function standsByItsKey({ observer, lines }: Watched, job: Job, gate: Gate): void {
  if (lines.kind !== "keyed") return;
  const { body } = (job.input as { inline: { body: Record<string, string> } }).inline;
  const fields = lines.fieldsAt(job.created_at);
  if (fields.length === 1) observer.cover(`line: by its ${fields[0]}`);
  if (!fields.some((field) => body[field] === gate.key))
    observer.violated("lines", `${nameOf(job)} stands in the line of ${gate.key}, by none of ${fields}`);
}

type Gate = Pick<GateName, "limit" | "key">;

/** Those that start have been called in the order of the line. Who has just come to it may be too late for that. */
function startsInOrder({ time, observer, lines }: Watched, { jobs, gates }: Stored, job: Job, gate: Gate): void {
  const { limit } = gate;
  const kept = gates.all().find((one) => lineName(one.gate) === lineName(gate));
  if (!lines.isCalm || !kept || job.gates?.length !== 1) return;
  const now = time.now();
  // Those that a faster rate has called come too early, again and again, and start in the order in which they do.
  if (isLowered(lines.rules(limit, now - loweredMs - 6 * lagOf(lines), now))) return;
  const rules = lines.rules(limit, now - 60_000, now);
  const atOnce = Math.max(...rules.map((rule) => atOnceBy(rule, lagOf(lines))));
  const order = orderOf(job);
  const old = kept.waiters.filter(
    (one) => one.order < order && one.since < now - beginning.lags * lagOf(lines) - beginning.ms,
  );
  const passed = old.filter(({ job, due_at }) => {
    const found = jobs.peek(job);
    return found !== undefined && isWaiting(found) && found.due_at === due_at && found.gates?.length === 1;
  });
  if (passed.length > atOnce + before)
    observer.violated("lines", `${nameOf(job)} starts before ${passed.length} others in the line of ${limit}`);
}

/** How many of a line are called at a time. */
const atOnceBy = (rule: LimitRule, lag: number): number =>
  rule.rate
    ? (2.5 * lag + 3500) / eachOf(rule) + (rule.rate.burst ?? 1)
    : (rule.concurrency ?? Number.POSITIVE_INFINITY);

const orderOf = ({ due_at, priority = 0 }: Job): number => due_at - 1000 * priority;

/** The limits of lines. */
const lineEventsOf: Record<string, true> = Object.fromEntries(
  Object.values(lineEvents).flatMap((limits) => limits.map((limit) => [limit, true as const])),
);

/** What comes between the start that a clock allowed and that of the attempt: calls, clocks that differ, and in hard worlds hangs. */
const jitter = { calm: 350, hard: 20_000 } as const;

/** Starts in any window are at most rate times window plus burst, by the fastest rate that may have held. */
export function lineStartsKeepRates({ observer, lines, hardship }: Watched): void {
  const slack = (lines.isCalm ? jitter.calm : jitter.hard) + 2 * hardship.skew;
  const window = lines.kind === "quick" ? Number.POSITIVE_INFINITY : 200;
  for (const [name, starts] of lines.starts) {
    const [limit = ""] = name.split(" ");
    for (const [i, { at: from }] of starts.entries()) {
      for (const [n, { at: to }] of starts.slice(i, i + window).entries()) {
        const rules = lines.rules(limit, from, to);
        if (rules.some(({ rate }) => !rate)) break;
        const each = Math.min(...rules.map(eachOf));
        const burst = Math.max(...rules.map(({ rate }) => rate?.burst ?? 1));
        // Of those that were taken under an earlier rate, starts of a second may lie ahead.
        const taken = rules.length > 1 ? 1 + 1000 / each : 0;
        const most = burst + taken + (to - from + slack) / each;
        if (n + 1 <= most) continue;
        observer.violated("lines", `${n + 1} starts of ${name} in ${to - from} ms, at most ${most}`);
        return;
      }
    }
  }
}

/** How often lines are looked at, in milliseconds, and for how long after the first requests. */
const lookMs = 500;
const lookForMs = 600_000;

/**
 * What is promised while nothing breaks: a rate is used, a free slot starts its next job, nobody holds a slot for another limit for
 * long, jobs start in their order, and a gate on which nothing waits lets a newcomer start at once.
 */
export function watchLines(world: Watched, system: Stored): void {
  const { time, lines } = world;
  const memory: Memory = { busy: new Map(), idle: new Map(), kept: new Map(), left: new Map() };
  const end = time.now() + lookForMs;
  const look = () => {
    for (const gate of system.gates.all()) if (gate.gate.limit in lineEventsOf) lookAt(world, system, gate, memory);
    if (time.now() < end) time.after(lookMs, look);
  };
  if (lines.isCalm) time.after(lookMs, look);
}

interface Memory {
  /** Since when a line has stood under the same numbers, and how many starts there had been. */
  busy: Map<string, { since: number; rule: string; starts: number }>;
  /** Since when a slot is free while jobs wait. */
  idle: Map<string, number>;
  /** Since when a job that waits has a slot, by limit and job. */
  kept: Map<string, number>;
  /** Since when somebody stands in line who does not wait for it, by limit and job. */
  left: Map<string, number>;
}

type Kept = ReturnType<FakeGates["all"]>[number];

function lookAt(world: Watched, { jobs, gates }: Stored, kept: Kept, memory: Memory): void {
  const { time, lines, pausing } = world;
  const now = time.now();
  const waiting = kept.waiters.flatMap(({ job, due_at, since, order }) => {
    const found = jobs.peek(job);
    if (!found || !isWaiting(found) || found.due_at !== due_at) return [];
    const isHeld = pausing.held.some((one) => holds(one, found) && now < Math.min(one.to, one.until) + 20_000);
    return isHeld ? [] : [{ job: found, since, order }];
  });
  const { limit } = kept.gate;
  const rules = lines.rules(limit, now, now);
  // One that waits for a slot of another limit as well may leave a start to nobody.
  const alone = waiting.every(({ job }) => job.gates?.length === 1);
  // Who was called by a slower rate comes at its pace, and is not called again for as long.
  const mayHaveBeenSlower = lines.rules(limit, now - calledMs - 4 * lagOf(lines), now).length > 1;
  const called = (id: string) => mayHaveBeenSlower && kept.pump?.called[id] !== undefined;
  const beginningMs = lines.kind === "quick" ? quickBeginningMs : beginning.ms;
  const begun = waiting.filter(
    ({ job, since }) => since + beginning.lags * lagOf(lines) + beginningMs <= now && !called(job.id),
  );
  const before = lines.rules(limit, now - loweredMs - 6 * lagOf(lines), now);
  rateIsUsed(
    world,
    lineName(kept.gate),
    { waiting: alone ? begun.length : 0, rules: isLowered(before) ? [] : rules },
    memory,
  );
  slotsAreUsed(world, kept, { waiting: waiting.map(({ job }) => job.id), rules }, memory);
  noneIsKept(world, { jobs }, kept, memory);
  noneIsLeft(world, { jobs, gates }, kept, memory);
}

/** How many lags, and how much besides, a job may stand in line before its rate has to be used, in milliseconds. */
const beginning = { lags: 3, ms: 4000 } as const;
/** The line of a quick rate does not last for much longer. */
const quickBeginningMs = 1500;

/** The later of the two queues is as late as this, in milliseconds. */
const lagOf = ({ lag, tickLag }: Lines): number => Math.max(lag, tickLag);

/** Who was called by a faster rate comes too early, again and again, for as long as this besides some lags. */
const loweredMs = 20_000;

/** For how long a call stands, besides four lags (`patienceMs` of the pump), and how much a look may be late for it. */
const calledMs = 20_000;

/** Ticks are a second apart (`tickBounds` of the pump): newcomers at the end of a quick line wait for that (seed 7402051). */
const tickMs = 1000;

/** So many waiters use a rate whose messages are late. */
const fewWaiters = 6;

/** Whether the last of some rules is slower than one before. */
const isLowered = (rules: readonly LimitRule[]): boolean => {
  const last = rules.at(-1) ?? {};
  return rules.some((rule) => eachOf(rule) < eachOf(last));
};

function rateIsUsed(
  { time, observer, lines }: Watched,
  limit: string,
  { waiting, rules }: { waiting: number; rules: LimitRule[] },
  { busy }: Memory,
): void {
  const [rule] = rules;
  const now = time.now();
  const starts = lines.starts.get(limit)?.length ?? 0;
  const each = eachOf(rule ?? {});
  const isSteady = rules.length === 1 && rule?.rate !== undefined && rule.concurrency === undefined;
  // Of few that wait, all may be under way, or called by the next tick.
  const few = lines.kind === "quick" ? tickMs / each : Math.min(fewWaiters, (2 * lagOf(lines)) / each);
  const isLine = waiting > few;
  const name = JSON.stringify(rule);
  const before = busy.get(limit);
  if (!isSteady || !isLine || before?.rule !== name) {
    busy.delete(limit);
    if (isSteady && isLine) busy.set(limit, { since: now, rule: name, starts });
    return;
  }
  const ms = now - before.since;
  const due = Math.floor((0.7 * (ms - lagOf(lines) - 1500)) / each - 2);
  const had = starts - before.starts;
  if (had < due) observer.violated("lines", `${limit} has had ${had} starts in ${ms} ms, at least ${due}`);
}

/** How long a slot may be free while somebody stands in its line: others hand it over in some calls. */
const handedOverMs = 3000;

const holdersAt = ({ parts }: Kept, now: number): string[] =>
  [...parts.values()].flatMap(({ holders }) =>
    Object.entries(holders).flatMap(([id, { lease }]) => (lease >= now ? [id] : [])),
  );

/** How many slots are in use where none is idle. Of many whose jobs are short, some are being handed over at any moment. */
function usedOf(rules: readonly LimitRule[]): number {
  const least = Math.min(...rules.map(({ concurrency = 0 }) => concurrency));
  return least - Math.floor(least / 5);
}

function slotsAreUsed(
  { time, observer, hardship, lines }: Watched,
  kept: Kept,
  { waiting, rules }: { waiting: string[]; rules: LimitRule[] },
  { idle }: Memory,
): void {
  const limit = lineName(kept.gate);
  const now = time.now();
  const live = holdersAt(kept, now);
  const isPaced = rules.some(({ rate }) => rate !== undefined);
  const isThere = waiting.some((job) => !live.includes(job));
  if (isPaced || !isThere || live.length >= usedOf(rules)) return void idle.delete(limit);
  if (!idle.has(limit)) idle.set(limit, now);
  // Where jobs are short, each look may come upon another slot that is just being handed over.
  const since = Math.max(idle.get(limit) ?? now, lines.full.get(limit) ?? 0);
  if (now - since > handedOverMs + hardship.patience)
    observer.violated(
      "lines",
      `a slot of ${limit} is free for ${now - since} ms while ${waiting.length} jobs wait: ${waiting.map((id) => id.slice(-6))}`,
    );
}

/** A slot is kept this long for another limit, besides the lag of the message that brings it. */
const keptMs = 70_000;

/** A job that waits keeps no slot for long. */
function noneIsKept(
  { time, observer, lines, hardship }: Watched,
  { jobs }: Pick<Stored, "jobs">,
  { gate, parts }: Kept,
  { kept }: Memory,
): void {
  const now = time.now();
  const limit = lineName(gate);
  const holders = [...parts.values()].flatMap((part) => Object.entries(part.holders));
  const names = new Set<string>();
  const twice = holders.find(([id], place) => holders.findIndex(([other]) => other === id) !== place);
  if (twice) observer.violated("lines", `${twice[0].slice(-6)} has two slots of ${limit}`);
  for (const [id, { lease, turn }] of holders) {
    const job = jobs.peek(id);
    if (!job || !isWaiting(job) || lease < now) continue;
    const name = `${limit} ${id} ${turn}`;
    names.add(name);
    if (!kept.has(name)) kept.set(name, now);
    const since = kept.get(name) ?? now;
    if (now - since > keptMs + 2 * lines.lag + hardship.patience)
      observer.violated("lines", `${nameOf(job)} waits, and holds a slot of ${limit} for ${now - since} ms`);
  }
  for (const name of kept.keys()) if (name.startsWith(`${limit} `) && !names.has(name)) kept.delete(name);
}

/**
 * So long a job may stand in a line that it has left in truth, while its consumer, or whoever changes it, takes it off, in
 * milliseconds. One that stood in line at the very moment of the change is taken off in its turn, which is later by a rate's interval.
 */
const leavingMs = { others: 5000, first: 30_000 } as const;

/** Who stands in a line waits for it, and for no other one. */
function noneIsLeft({ time, observer, lines }: Watched, { jobs, gates }: Stored, kept: Kept, { left }: Memory): void {
  const limit = lineName(kept.gate);
  const now = time.now();
  const turnMs = Math.max(...lines.rules(kept.gate.limit, now - leavingMs.first, now).map(eachOf));
  const names = new Set<string>();
  for (const [place, { job: id, due_at, order }] of kept.waiters.entries()) {
    const job = jobs.peek(id);
    const others = gates
      .all()
      .filter((other) => other !== kept && other.waiters.some((one) => one.job === id && one.order === order));
    if (job && isWaiting(job) && job.due_at === due_at && others.length === 0) continue;
    // Its turn comes once it is the first.
    if (others.length === 0 && place > 0) continue;
    const name = `${limit} ${id} ${order}`;
    names.add(name);
    if (!left.has(name)) left.set(name, now);
    const isLong = now - (left.get(name) ?? now) > (others.length > 0 ? leavingMs.others : leavingMs.first + turnMs);
    const why = others.length > 0 ? `in that of ${others.map(({ gate }) => gate.limit)} too` : "and does not wait";
    if (isLong) observer.violated("lines", `${id.slice(-6)} stands in the line of ${limit}, ${why}`);
  }
  for (const name of left.keys()) if (name.startsWith(`${limit} `) && !names.has(name)) left.delete(name);
}
