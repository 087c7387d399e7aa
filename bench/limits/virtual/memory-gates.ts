import { defined } from "../../../lambdas/core/kernel/defined.ts";
import {
  type Ask,
  emptyPart,
  type GateItem,
  type GateItemState,
  type GateItemWrite,
  type GateName,
  gateStep,
  isShared,
  type LineMark,
  startFrom,
} from "../../../lambdas/core/limits/gate.ts";
import { type Arrival, aheadMs } from "../../../lambdas/core/limits/gcra.ts";
import type { Pump } from "../../../lambdas/core/limits/pump.ts";
import type { Gates, LinePage, Waiter } from "../../../lambdas/core/ports/gates.ts";
import { applied } from "../../support/applied.ts";
import { only } from "../../support/only.ts";

export interface Kept {
  parts: Record<number, GateItemState>;
  /** In the order of the line. */
  waiters: Waiter[];
  pump?: Pump;
}

type At = Pick<Waiter, "job" | "order">;

const byOrder = (a: At, b: At) => a.order - b.order || (a.job < b.job ? -1 : Number(a.job > b.job));

const fence = (mark: LineMark | undefined) => JSON.stringify([mark?.id, mark?.emptyAt, mark?.nextCall, mark?.promised]);

/** How many waiters stand before a place. */
function placeOf(waiters: readonly Waiter[], at: At): number {
  let [from, to] = [0, waiters.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (byOrder(waiters[middle] as Waiter, at) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** What is stored, by gate. */
export type StoredGates = Map<string, Kept>;

/** Where a process expects parts to stand, as the table's adapter does: what was refused last is read anew. */
type Guesses = Map<string, Arrival>;

/**
 * The gates of one process, by the rules of the core and with as many requests as the table's adapter makes. `request` is called for each
 * and lets its time pass. What is answered is replaced and never changed, so nothing is copied.
 */
export function memoryGates(gates: StoredGates, request: (kind: "read" | "write") => Promise<void>): Gates {
  const guesses: Guesses = new Map();

  function gateOf({ limit, key }: GateName): Kept {
    const name = JSON.stringify([limit, key]);
    const kept = gates.get(name) ?? { parts: {}, waiters: [] };
    gates.set(name, kept);
    return kept;
  }
  const partOf = (part: GateItem) => gateOf(part).parts[part.part] ?? emptyPart();
  function keep(part: GateItem, state: GateItemState): void {
    const kept = gateOf(part);
    kept.parts = { ...kept.parts, [part.part]: state };
  }
  const firstOf = (gate: GateName): GateItem => ({ ...gate, part: 0 });

  function placed(gate: GateName, at: At): { waiters: Waiter[]; place: number; stood: Waiter | undefined } {
    const { waiters } = gateOf(gate);
    const place = placeOf(waiters, at);
    const found = waiters[place];
    return { waiters, place, stood: found && byOrder(found, at) === 0 ? found : undefined };
  }
  function lineOf(gate: GateName, { limit, after }: LinePage) {
    const { waiters } = gateOf(gate);
    const found = after && placed(gate, after);
    const from = found ? found.place + (found.stood ? 1 : 0) : 0;
    return { waiters: waiters.slice(from, from + limit), more: waiters.length > from + limit };
  }

  async function read<T>(look: () => T): Promise<T> {
    await request("read");
    return look();
  }

  return only<Gates>("gates", {
    async take(part, ask) {
      const name = JSON.stringify(part);
      let seen: GateItemState = { ...emptyPart(), ...guesses.get(name) };
      let isGuess = true;
      for (;;) {
        const step = gateStep(seen, ask);
        if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, again: false };
        if (step.do === "refuse" && !isGuess) {
          const state = seen;
          return step.why === "early"
            ? { outcome: "early", startsAt: step.startsAt, state }
            : { outcome: step.why, state };
        }
        await request(step.do === "refuse" ? "read" : "write");
        const state = partOf(part);
        const isWritten = step.do === "write" && holds(step.write, { seen, ask, state });
        if (isWritten) keep(part, applied(state, step.write, ask));
        const { tat, inc } = partOf(part);
        guesses.set(name, defined({ tat, inc }));
        seen = partOf(part);
        isGuess = false;
        if (!isWritten || step.write.slot?.do === "drop") continue;
        const again = step.write.slot?.do === "renew";
        const shared = again && isShared(state.holders[ask.job], ask);
        return { outcome: "taken", startsAt: startFrom(state, ask), again, ...(shared && { shared }) };
      }
    },

    async release(part, job, turn, lease) {
      await request("write");
      const { holders, count, ...rest } = partOf(part);
      const { [job]: held, ...others } = holders;
      if (held?.turn !== turn || (lease !== undefined && held.lease !== lease)) return undefined;
      keep(part, { ...rest, holders: others, count: count - 1 });
      return partOf(part);
    },

    async notePeak(gate, peak) {
      await request("write");
      const state = partOf(firstOf(gate));
      if ((state.peak ?? -1) < peak) keep(firstOf(gate), { ...state, peak });
    },

    firsts: (names) => read(() => names.map((gate) => partOf(firstOf(gate)))),
    parts: (gate) => read(() => gateOf(gate).parts),
    line: (gate, page) => read(() => lineOf(gate, page)),
    look: (gate, page) => read(() => ({ parts: page.after ? {} : gateOf(gate).parts, ...lineOf(gate, page) })),
    length: (gate, most) => read(() => Math.min(most, gateOf(gate).waiters.length)),
    pump: (gate) => read(() => gateOf(gate).pump),

    async stand(gate, waiter) {
      await request("write");
      const { waiters, place, stood } = placed(gate, waiter);
      const { calls = stood?.calls, ...rest } = waiter;
      waiters.splice(place, stood ? 1 : 0, { ...rest, since: stood?.since ?? waiter.since, ...defined({ calls }) });
    },

    async reserve(gate, at, { now, until }) {
      await request("write");
      const { waiters, place, stood } = placed(gate, at);
      if (!stood || (stood.reserved_until ?? 0) >= now) return false;
      waiters[place] = { ...stood, reserved_until: until };
      return true;
    },

    async leave(gate, at) {
      await request("write");
      const { waiters, place, stood } = placed(gate, at);
      if (stood) waiters.splice(place, 1);
    },

    async mark(gate, next, seen) {
      await request("write");
      const { line, ...rest } = partOf(firstOf(gate));
      if (fence(line) !== fence(seen)) return fence(line) === fence(next);
      keep(firstOf(gate), { ...rest, ...(next && { line: next }) });
      return true;
    },

    async keepPump(gate, pump) {
      await request("write");
      gateOf(gate).pump = pump;
    },

    // A consumer remembers them for seconds.
    pins: async (_tenant, options) => (options?.fresh ? read(() => ({})) : {}),
  });
}

interface Derived {
  /** What a write was derived from. */
  seen: GateItemState;
  ask: Ask;
  /** What is stored when it is made. */
  state: GateItemState;
}

/** Whether the condition of a write holds. The table's adapter states it as an expression (lambdas/aws/dynamodb/gate-update.ts). */
function holds(write: GateItemWrite, derived: Derived): boolean {
  const { ask, state } = derived;
  const passes = ask.isCalled || ask.slot?.isGiven || write.slot?.do === "renew" || write.slot?.do === "drop";
  return slotHolds(write.slot, derived) && rateHolds(write.rate, derived) && (passes || state.line === undefined);
}

function slotHolds(write: GateItemWrite["slot"], { seen, ask: { job, slot }, state }: Derived): boolean {
  if (!slot) return true;
  const { [job]: held } = state.holders;
  const before = seen.holders[job];
  const isSame =
    before === undefined || (held?.lease === before.lease && held.turn === before.turn && held.given === before.given);
  if (!write) return isSame;
  if (write.do === "drop") return state.holders[write.dead]?.lease === write.seen;
  const isOnly = slot.seesParts || state.peak === undefined;
  if (write.do === "renew") {
    const isTaken = before?.given !== undefined;
    return isSame && (!isTaken || (isOnly && (slot.isGiven !== undefined || state.count <= slot.limit)));
  }
  if (held !== undefined || !isOnly) return false;
  if (!("dead" in write)) return state.count < slot.limit;
  return state.holders[write.dead]?.lease === write.seen && state.count <= slot.limit;
}

function rateHolds(write: GateItemWrite["rate"], { seen, ask: { rate, now }, state: { tat, inc } }: Derived): boolean {
  if (!write || !rate) return true;
  if (write.do === "begin") return tat === undefined || tat <= now * 1000;
  if (write.do === "rescale") return tat === seen.tat && inc === seen.inc;
  const farthest = (now + aheadMs) * 1000 + rate.increment * (rate.burst - 1);
  return tat !== undefined && tat > now * 1000 && tat <= farthest && (inc === undefined || inc === rate.increment);
}
