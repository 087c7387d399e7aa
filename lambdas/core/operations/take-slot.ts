import { type Ask, emptyPart, type GatePart, isBounded, type PartState, type Taken } from "../limits/gate.ts";
import { capsOf, liveIn, slotPartsOf } from "../limits/parts.ts";
import type { Gates } from "../ports/gates.ts";
import type { RuledGate } from "./limit-rules.ts";

/** A slot to take, of whichever part of the gate has one, and a start with it where the gate has one part. */
type SlotAsk = Omit<Ask, "slot"> & { slot: Omit<NonNullable<Ask["slot"]>, "limit" | "seesParts"> };

interface SlotTaken {
  taken: Taken;
  part: GatePart;
  /** The start was asked for too, in the same write. */
  withRate: boolean;
}

/**
 * Takes a slot of a gate. Most gates have one part, of which one write is enough; of a larger one all parts are read first, since a
 * part may have more holders than its share while a limit that was lowered waits for attempts to end.
 */
export async function takeSlot(gates: Gates, ruled: RuledGate, ask: SlotAsk): Promise<SlotTaken> {
  const { gate, rule } = ruled;
  const first = { ...gate, part: 0 };
  if (slotPartsOf(rule) === 1) {
    const taken = await gates.take(first, { ...ask, slot: { ...ask.slot, limit: rule.concurrency ?? 0 } });
    if (taken.outcome !== "full" || taken.state.peak === undefined)
      return giveUp(gates, { taken, part: first, withRate: ask.rate !== undefined }, ask);
  }
  return giveUp(gates, await takeOfParts(gates, ruled, ask), ask);
}

/** A slot that is beyond the limit, which was lowered since, is of no use to a job that has not started with it. */
async function giveUp(gates: Gates, slot: SlotTaken, ask: SlotAsk): Promise<SlotTaken> {
  const { taken, part } = slot;
  const own = taken.outcome === "full" ? taken.state.holders[ask.job] : undefined;
  if (own && isBounded(own, ask)) await gates.release(part, ask.job, own.turn);
  return slot;
}

async function takeOfParts(gates: Gates, { gate, rule }: RuledGate, ask: SlotAsk): Promise<SlotTaken> {
  const parts = await gates.parts(gate);
  const { rate: _rate, lag: _lag, ...rest } = ask;
  const state = parts[0] ?? emptyPart();
  const refused = (outcome: "line" | "full") => ({
    taken: { outcome, state },
    part: { ...gate, part: 0 },
    withRate: false,
  });
  const own = Object.keys(parts).find((part) => parts[Number(part)]?.holders[ask.job] !== undefined);
  if (state.line && own === undefined && !ask.isCalled && !ask.slot.isGiven) return refused("line");
  // The limit may have been lowered since it got its slot: it starts once so many others have ended.
  const holder = own === undefined ? undefined : parts[Number(own)]?.holders[ask.job];
  if (holder && isBounded(holder, ask)) {
    const live = Object.values(parts).reduce((sum, part) => sum + liveIn(part, ask.now), 0);
    const others = live - (holder.lease < ask.now ? 0 : 1);
    const part = { ...gate, part: Number(own) };
    const full = { outcome: "full", state: parts[Number(own)] ?? state } as const;
    if (others >= (rule.concurrency ?? 0)) return { taken: full, part, withRate: false };
  }
  const caps = capsOf(rule, parts, ask.now);
  for (const number of own === undefined ? withRoom(parts, caps, ask) : [Number(own)]) {
    if (number > (state.peak ?? 0)) await gates.notePeak(gate, number);
    const part = { ...gate, part: number };
    const slot = { ...ask.slot, limit: caps[number] ?? 0, seesParts: true as const };
    const taken = await gates.take(part, { ...rest, slot });
    if (taken.outcome !== "full" || own !== undefined) return { taken, part, withRate: false };
  }
  return refused("full");
}

/**
 * The parts that have room: the first one, so that few are in use while few slots are, and then the others from one that the job's id
 * names, so that a herd which is refused there does not meet at the next one too.
 */
function withRoom(
  parts: Readonly<Record<number, PartState>>,
  caps: readonly number[],
  { job, now }: SlotAsk,
): number[] {
  const free = caps.flatMap((cap, part) => (liveIn(parts[part] ?? emptyPart(), now) < cap ? [part] : []));
  const [first, ...others] = free;
  const from = others.length > 0 ? (Number.parseInt(job.slice(-8), 16) || 0) % others.length : 0;
  return first === undefined ? [] : [first, ...others.slice(from), ...others.slice(0, from)];
}
