import type { Rate } from "../catalog/limit.ts";
import { fairGroupOf, type Job, jobMessageOf } from "../job/job.ts";
import { holding, type Pause } from "../job/pause.ts";
import { defined } from "../kernel/defined.ts";
import { traceOf } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { GateItemState, GateName, LineMark } from "../limits/gate.ts";
import { bucketsOf, intervalOf, paceOf } from "../limits/gcra.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import {
  type Call,
  isOverdue,
  newPump,
  nextTickIn,
  type Pump,
  patienceMs,
  plannedSpan,
  roomFor,
  tickBounds,
  withLags,
} from "../limits/pump.ts";
import type { Line, Waiter } from "../ports/gates.ts";
import { refusedBy } from "../ports/refused.ts";
import type { Tick } from "../ports/ticks.ts";
import { type Ruling, ruleAt } from "./limit-rules.ts";
import { hasPump, hurryPump, isPaused, isStillWaiting, jobsById } from "./lines.ts";
import { type HandingOver, handOverSlots } from "./slots.ts";

type Ticking = HandingOver & Ruling;

/** Waiters that are read at a tick beyond those that may be called: some have left the line without a trace. */
const spareWaiters = 50;
const mostWaiters = 3000;
/** Jobs that are read at a time. */
const jobsAtOnce = 100;
/** How many waiters whose jobs do not wait any more a tick takes off the line. */
const mostGone = 300;
/** How often a long line is counted, in milliseconds, and up to how many. */
const countEveryMs = 60_000;
export const mostCounted = 10_000;
/** A line that is longer than what its rate serves in this time, in milliseconds, takes no newcomers. */
export const longestLineMs = 24 * 3_600_000;

/** What a tick has found at its gate. */
interface TickedGate {
  gate: GateName;
  rule: LimitRule;
  first: GateItemState;
  mark: LineMark;
  /** When the tick began to work, epoch milliseconds. */
  now: number;
  /** How late its message came, in milliseconds. */
  late: number;
  pauses: readonly Pause[];
}

/**
 * One tick of the pump of a gate: calls as many jobs out of its line as may start until the calls of the next tick can come, and sends
 * that one. Of two ticks one is dropped. One by which a consumer asks to hand over slots does only that. Throws what the ports throw: the reconciler sends another tick if none goes on.
 */
export async function tickLine(services: Ticking, tick: Tick): Promise<void> {
  const { product, env, limit, key, by, visible } = tick;
  const gate: GateName = { product, env, limit, key };
  if (tick.hands_over) {
    await handOverSlots(services, gate, (await ruleAt(services, gate)) ?? {});
    return;
  }
  const arrived = services.clock.now();
  for (let round = 0; round < rounds; round++) if (await workOnLine(services, gate, { by, visible, arrived })) return;
}

/** Others may write the mark while a tick works. If they have left it its promise, it begins again. */
const rounds = 5;

interface Arrived {
  /** Under which id the tick was promised. */
  by: string;
  /** When its message was to become visible, and when it came, epoch milliseconds. */
  visible: number;
  arrived: number;
}

/** The work of a tick. False if the mark of the line was changed meanwhile: then nothing was done. */
async function workOnLine(services: Ticking, gate: GateName, { by, visible, arrived }: Arrived): Promise<boolean> {
  const [rule = {}, [first]] = await Promise.all([
    ruleAt(services, gate, { fresh: true }),
    services.gates.firsts([gate]),
  ]);
  const now = services.clock.now();
  const mark = first?.line;
  if (!first || !mark) return true;
  if (mark.promised !== by && !isOverdue(mark, now, { lags: 3 })) return true;
  const pauses = await services.pauses.recent();
  const found: TickedGate = { gate, rule, first, mark, now, late: Math.max(0, arrived - visible), pauses };
  if (!hasPump(rule)) {
    await handOverSlots(services, gate, rule);
    return rest(services, found);
  }
  // The end of the pause sends the next tick, or the reconciler.
  return isPaused(pauses, gate, now) ? rest(services, found) : callOut(services, found);
}

/** No tick is promised any more: the next job that joins the line sends one. */
async function rest({ gates }: Pick<Ticking, "gates">, { gate, mark }: TickedGate): Promise<boolean> {
  const { nextCall: _next, promised: _by, ...left } = mark;
  return gates.mark(gate, left, mark);
}

async function callOut(services: Ticking, found: TickedGate): Promise<boolean> {
  const { gate, rule, mark, now, late } = found;
  const before = withLags((await services.gates.pump(gate)) ?? newPump(), mark, late, now);
  const parts = rule.rate && bucketsOf(rule.rate) > 1 ? await services.gates.parts(gate) : { 0: found.first };
  const most = rule.rate ? pumpWindow(rule.rate, before) : jobsAtOnce * 10;
  const limit = Math.min(mostWaiters, Object.keys(before.called).length + most + spareWaiters);
  const line = await services.gates.line(gate, { limit });
  const pump = { ...before, called: stillCalled(before, line, found) };
  const noted = line.waiters.filter((waiter) => isCalledForSlot(waiter, found)).length;
  const room = rule.rate
    ? roomFor({ now, rate: rule.rate, parts, pump, noted })
    : { starts: Array.from({ length: most }, (): Call => ({ at: now })), span: 0, beyond: () => now };
  const candidates = line.waiters.filter((waiter) => !pump.called[waiter.job] && !isCalledForSlot(waiter, found));
  const chosen = await choose(services, found, candidates, room.starts);
  const called = chosen.calls.length;
  const open = [...Object.values(pump.called), ...chosen.calls.map(({ call }) => call)];
  if (open.length + noted === 0 && chosen.left === 0 && !line.more) return lookAgain(services, found, pump);
  const first =
    open.length > 0 ? open.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY) : undefined;
  const asked = nextTickIn(room, { now, called, first, lag: pump.lag });
  return goOnWithLine(services, found, { pump, calls: chosen.calls, asked, line });
}

/** How long after a line was found empty the pump looks once more, in milliseconds. */
const lookAgainMs = 5000;

/**
 * A line that is empty. A job that joins it at this moment may rely on the promised tick, so there is one more. After that none does: a job
 * that sees that the line was found empty sends a tick.
 */
async function lookAgain({ gates, ticks, clock }: Ticking, found: TickedGate, { lag, period }: Pump): Promise<boolean> {
  const { gate, mark } = found;
  if (mark.emptyAt !== undefined) return rest({ gates }, found);
  const now = clock.now();
  const by = crypto.randomUUID();
  const visible = now + lookAgainMs;
  const next: LineMark = { id: mark.id, emptyAt: now, nextCall: visible, promised: by, lag: Math.ceil(lag) };
  if (!(await gates.mark(gate, next, mark))) return false;
  await gates.keepPump(gate, { called: {}, lag, period });
  await ticks.send([{ ...gate, by, visible }], now);
  return true;
}

/** About how many jobs a tick may call. */
const pumpWindow = (rate: Rate, pump: Pump): number => {
  const { increment, burst } = paceOf(rate);
  const buckets = bucketsOf(rate);
  return Math.ceil((plannedSpan(pump) * 1000 * buckets) / increment) + burst * buckets;
};

/** Whether a job was called before and waits for a slot of the same limit. One that has lost its slots lets it go by another call. */
const isCalledForSlot = ({ calls }: Waiter, { gate, rule }: Pick<TickedGate, "gate" | "rule">): boolean =>
  rule.concurrency !== undefined && calls?.[gate.limit] !== undefined;

/** The calls whose jobs are still in line and may still come. One that has stood in line anew since the last tick was not called for that. */
function stillCalled({ called, lag, lastTick }: Pump, { waiters }: Line, found: TickedGate): Pump["called"] {
  const { now } = found;
  const waiting = new Map(waiters.map((waiter) => [waiter.job, waiter]));
  const isOpen = ([job, { at }]: [string, Call]) => {
    const waiter = waiting.get(job);
    if (!waiter || waiter.since > (lastTick ?? now)) return false;
    return !isCalledForSlot(waiter, found) && now - at <= patienceMs({ lag });
  };
  return Object.fromEntries(Object.entries(called).filter(isOpen));
}

interface Called {
  job: Job;
  waiter: Waiter;
  call: Call;
}

/** The first of the line whose jobs still wait, one for each start. Takes the others off the line. */
async function choose(
  services: Ticking,
  { gate, now, pauses }: TickedGate,
  candidates: readonly Waiter[],
  starts: readonly Call[],
): Promise<{ calls: Called[]; left: number }> {
  const calls: Called[] = [];
  let next = 0;
  let gone = 0;
  while (next < candidates.length && calls.length < starts.length && gone < mostGone) {
    const some = candidates.slice(next, next + Math.min(jobsAtOnce, starts.length - calls.length));
    next += some.length;
    const jobs = await jobsById(
      services.jobs,
      some.map(({ job }) => job),
    );
    for (const waiter of some) {
      const job = jobs.get(waiter.job);
      if (job && isStillWaiting(job, waiter) && !holding(pauses, job, now)) {
        calls.push({ job, waiter, call: starts[calls.length] as Call });
      } else {
        gone++;
        await services.gates.leave(gate, waiter);
      }
    }
  }
  return { calls, left: candidates.length - next };
}

interface Going {
  pump: Pump;
  calls: readonly Called[];
  /** After how many milliseconds the next tick is due. */
  asked: number;
  line: Line;
}

/** Promises the next tick, by which this one wins over any other, then notes the calls and sends them, and the tick. */
async function goOnWithLine(
  services: Ticking,
  found: TickedGate,
  { pump, calls, asked, line }: Going,
): Promise<boolean> {
  const { gates, clock, ticks } = services;
  const { gate, mark, rule } = found;
  const now = clock.now();
  const by = crypto.randomUUID();
  const counted = await countStarts(services, found, pump, line);
  const isTooLong = rule.rate !== undefined && (counted.length ?? 0) * intervalOf(rule.rate) > longestLineMs;
  const next: LineMark = {
    id: mark.id,
    nextCall: now + asked,
    promised: by,
    lag: Math.ceil(pump.lag),
    ...(isTooLong && { isTooLong }),
  };
  if (!(await gates.mark(gate, next, mark))) return false;
  const called = { ...pump.called, ...Object.fromEntries(calls.map(({ job, call }) => [job.id, call])) };
  const { lag, period } = pump;
  await gates.keepPump(gate, { called, lag, period, ...counted, lastTick: now, asked });
  await sendCalls(services, gate, calls, pump.lag);
  // Not by the clock of now: the delay is cut to whole seconds, and the tick would come a second too early.
  await ticks.send([{ ...gate, by, visible: now + asked }], now);
  return true;
}

/** How long the line is: a long one is counted now and then. */
async function countStarts(
  { gates }: Ticking,
  { gate, now }: TickedGate,
  pump: Pump,
  line: Line,
): Promise<Pick<Pump, "length" | "countedAt">> {
  if (!line.more) return { length: line.waiters.length, countedAt: now };
  if (now - (pump.countedAt ?? 0) < countEveryMs) return defined({ length: pump.length, countedAt: pump.countedAt });
  return { length: await gates.length(gate, mostCounted), countedAt: now };
}

/** Sends the messages of called jobs, so that they come for their starts. One that AWS refuses is called again later. */
async function sendCalls(services: Ticking, gate: GateName, calls: readonly Called[], lag: number): Promise<void> {
  const { queue, clock, log } = services;
  const now = clock.now();
  const entries = calls.map(({ job, waiter, call }) => {
    const delaySeconds = Math.min(tickBounds.mostMs / 1000, Math.max(0, Math.floor((call.at - now - lag) / 1000)));
    const limits = { ...waiter.calls, [gate.limit]: call };
    const sent = { limits, visible: now + delaySeconds * 1000 };
    return {
      type: job.type,
      entry: { message: jobMessageOf(job), delaySeconds, group: fairGroupOf(job), calls: sent },
    };
  });
  for (const type of new Set(entries.map((one) => one.type))) {
    const own = entries.filter((one) => one.type === type).map(({ entry }) => entry);
    const refused = await refusedBy(own.length, () => queue.sendMany(type, own));
    const [first] = refused;
    if (first)
      log.error("jobs that a limit has called could not be sent", {
        limit: gate.limit,
        refused: refused.length,
        ...traceOf(first.cause),
      });
  }
}

/** How many lines a request wakes itself; the reconciler does the others within a round. */
const mostWoken = 100;
const gatesAtOnce = 10;

/**
 * Wakes the line of a gate whose rule may have changed: a tick of its pump, and the free slots to the first of the line. Gates without
 * a line cost a read.
 */
export async function wakeGate(services: Ticking, gate: GateName): Promise<void> {
  const [first] = await services.gates.firsts([gate]);
  if (!first?.line) return;
  const rule = (await ruleAt(services, gate, { fresh: true })) ?? {};
  if (hasPump(rule)) await hurryPump(services, gate, first.line);
  if (rule.concurrency !== undefined) await handOverSlots(services, gate, rule);
}

/** Wakes the first lines of a limit after its numbers were changed. What fails is logged: the reconciler wakes them too. */
export async function wakeGates(
  services: Ticking,
  tenant: Pick<GateName, "product" | "env">,
  limit: string,
): Promise<void> {
  try {
    const keyless = { ...tenant, limit, key: "" };
    const keyed = await services.gates.withLine(tenant, { limit: mostWoken, after: keyless });
    const own = [keyless, ...keyed.filter((gate) => gate.limit === limit)];
    await inParallel(gatesAtOnce, own, (gate) => wakeGate(services, gate));
  } catch (error) {
    services.log.warn("lines could not be woken; the reconciler does it", { limit, ...traceOf(error) });
  }
}
