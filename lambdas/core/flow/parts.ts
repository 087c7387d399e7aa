import type { Ask, GateName, GatePart } from "./gate.ts";
import { bucketsOf, paceOf } from "./gcra.ts";
import type { LimitRule } from "./limit-rule.ts";

/** A holder has some 80 bytes, and every write of an item is billed by its size, so larger limits are spread over several items. */
const slotsPerPart = 50;

/** Over how many items the slots of a gate are spread. */
export const slotPartsOf = ({ concurrency = 0 }: LimitRule): number => Math.ceil(concurrency / slotsPerPart);

/** Over how many items a gate is spread. */
export const partsOf = (rule: LimitRule): number =>
  Math.max(1, slotPartsOf(rule), rule.rate ? bucketsOf(rule.rate) : 0);

/** How many slots a part has: as even as possible, and all parts together as many as the limit. */
export function slotsOf(rule: LimitRule, part: number): number {
  const { concurrency = 0 } = rule;
  const parts = slotPartsOf(rule);
  return Math.floor(concurrency / parts) + (part < concurrency % parts ? 1 : 0);
}

const hashOf = (job: string): number => Number.parseInt(job.slice(-8), 16) || 0;

/** The parts in the order in which a job tries them for a slot: all of them, from one that its id names. */
export function slotPartsFor(gate: GateName, rule: LimitRule, job: string): GatePart[] {
  const parts = slotPartsOf(rule);
  return Array.from({ length: parts }, (_, i) => ({ ...gate, part: (hashOf(job) + i) % parts }));
}

/** The part with the bucket that a job's starts count against. */
export const ratePartFor = (gate: GateName, { rate }: LimitRule, job: string): GatePart => ({
  ...gate,
  part: rate ? hashOf(job) % bucketsOf(rate) : 0,
});

/** Whether slot and rate are in one item, so that one write takes both. */
export const isOnePart = (rule: LimitRule): boolean => partsOf(rule) === 1;

export const rateAsk = ({ rate }: LimitRule): Pick<Ask, "rate"> => (rate ? { rate: paceOf(rate) } : {});
