import type { GateName, GatePart, PartState } from "./gate.ts";
import { bucketsOf } from "./gcra.ts";
import type { LimitRule } from "./limit-rule.ts";

/** A holder has some 80 bytes, and every write of an item is billed by its size: so many fit into one kilobyte. */
const slotsPerPart = 12;

/** Over how many items the slots of a gate are spread. */
export const slotPartsOf = ({ concurrency = 0 }: LimitRule): number => Math.ceil(concurrency / slotsPerPart);

/** Over how many items a gate is spread. */
export const partsOf = (rule: LimitRule): number =>
  Math.max(1, slotPartsOf(rule), rule.rate ? bucketsOf(rule.rate) : 0);

/** How many slots a part has by the rule alone. All but the last part are full, so a limit that changes moves no holder. */
export const slotsOf = ({ concurrency = 0 }: LimitRule, part: number): number =>
  Math.min(slotsPerPart, Math.max(0, concurrency - part * slotsPerPart));

/** How many slots of a part are in use. */
export const liveIn = ({ holders }: PartState, now: number): number =>
  Object.values(holders).filter(({ lease }) => lease >= now).length;

/**
 * How many slots each part may have now, so that all together have no more than the limit. A part has more than its own while a
 * limit that was lowered waits for attempts to end, and after an upgrade from a version that filled the parts differently: the last
 * parts make up for it.
 */
export function capsOf(rule: LimitRule, parts: Readonly<Record<number, PartState>>, now: number): number[] {
  const caps = Array.from({ length: slotPartsOf(rule) }, (_, part) => slotsOf(rule, part));
  const live = (part: number) => (parts[part] ? liveIn(parts[part], now) : 0);
  let excess = Object.keys(parts).reduce(
    (sum, part) => sum + Math.max(0, live(Number(part)) - slotsOf(rule, Number(part))),
    0,
  );
  for (let part = caps.length - 1; part >= 0 && excess > 0; part--) {
    const spare = Math.max(0, (caps[part] ?? 0) - live(part));
    const cut = Math.min(spare, excess);
    caps[part] = (caps[part] ?? 0) - cut;
    excess -= cut;
  }
  return caps;
}

const hashOf = (job: string): number => Number.parseInt(job.slice(-8), 16) || 0;

/** The part with the bucket that a job's starts count against: the one for which it was called, or one that its id names. */
export const ratePartFor = (gate: GateName, { rate }: LimitRule, job: string, bucket?: number): GatePart => {
  const buckets = rate ? bucketsOf(rate) : 1;
  return { ...gate, part: bucket !== undefined && bucket < buckets ? bucket : hashOf(job) % buckets };
};

/** Whether slot and rate are in one item, so that one write takes both. */
export const isOnePart = (rule: LimitRule): boolean => partsOf(rule) === 1;
