import { given } from "../kernel/given.ts";
import type { GateName, LineMark } from "../limits/gate.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import { isOverdue } from "../limits/pump.ts";
import type { Clock } from "../ports/clock.ts";
import type { Gates } from "../ports/gates.ts";
import type { Ticks } from "../ports/ticks.ts";

export interface Marking {
  gates: Gates;
  ticks: Ticks;
  clock: Clock;
}

/** Others may write the mark at the same time; then it is looked at again. */
const rounds = 10;

/** Whether the line of a limit needs ticks: where it has a rate, or has left the catalog and lets everybody go. */
export const hasPump = ({ concurrency, rate }: LimitRule): boolean => rate !== undefined || concurrency === undefined;

/** A line that a job has joined. */
interface Standing {
  gate: GateName;
  rule: LimitRule;
  /** How late the message came that brought the job, in milliseconds: what a pump that has not called any job yet knows of the lag. */
  lag?: number;
}

/**
 * Marks a gate once a job stands in its line, so that newcomers go behind them, and sends a tick where the line has a pump and none
 * is under way. Mostly there is nothing to write: the mark that was `seen` is fresh.
 */
export async function markGate(
  services: Marking,
  { gate, rule, lag }: Standing,
  seen: LineMark | undefined,
): Promise<void> {
  let before = seen;
  for (let round = 0; round < rounds; round++) {
    const now = services.clock.now();
    const isFresh = before !== undefined && before.emptyAt === undefined;
    const needsTick = hasPump(rule) && (!isFresh || isOverdue(before as LineMark, now));
    if (isFresh && !needsTick) return;
    if (needsTick ? await startPump(services, gate, before, lag) : await refreshed(services, gate, before)) return;
    before = (await services.gates.firsts([gate]))[0]?.line;
  }
}

const refreshed = ({ gates }: Marking, gate: GateName, before: LineMark | undefined): Promise<boolean> =>
  gates.mark(gate, { id: crypto.randomUUID(), ...kept(before) }, before);

/** Promises a tick and sends it. False if the mark has changed: then another process does. */
export async function startPump(
  { gates, ticks, clock }: Marking,
  gate: GateName,
  before: LineMark | undefined,
  lag?: number,
): Promise<boolean> {
  const now = clock.now();
  const by = crypto.randomUUID();
  const seen = lag !== undefined && before?.lagCount === undefined ? { lagSum: lag, lagCount: 1 } : {};
  const next = { id: crypto.randomUUID(), ...seen, ...kept(before), nextCall: now, promised: by };
  if (!(await gates.mark(gate, next, before))) return false;
  await ticks.send([{ ...gate, by, visible: now }], now);
  return true;
}

/** What stays of a mark that a job in line writes anew. */
const kept = ({ id, nextCall, promised, lag, lagSum, lagCount, isTooLong }: Partial<LineMark> = {}) =>
  given({ id, nextCall, promised, lag, lagSum, lagCount, isTooLong });
