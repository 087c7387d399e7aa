import {
  applied,
  emptyPart,
  type GateName,
  type GatePart,
  isShared,
  type LineMark,
  nextStep,
  type PartState,
  startOf,
} from "../../../lambdas/core/flow/gate.ts";
import type { Pump } from "../../../lambdas/core/flow/pump.ts";
import type { Gates, LinePage, Waiter } from "../../../lambdas/core/ports/gates.ts";
import { given } from "../../../lambdas/core/schema/given.ts";
import { only } from "../../support/only.ts";

interface Kept {
  parts: Record<number, PartState>;
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

/** Gates in memory, by the rules of the core. What is answered is replaced and never changed, so nothing is copied. */
export function memoryGates(): Gates {
  const gates = new Map<string, Kept>();

  function gateOf({ limit, key }: GateName): Kept {
    const name = JSON.stringify([limit, key]);
    const kept = gates.get(name) ?? { parts: {}, waiters: [] };
    gates.set(name, kept);
    return kept;
  }
  const partOf = (part: GatePart) => gateOf(part).parts[part.part] ?? emptyPart();
  function keep(part: GatePart, state: PartState): void {
    const kept = gateOf(part);
    kept.parts = { ...kept.parts, [part.part]: state };
  }
  const firstOf = (gate: GateName): GatePart => ({ ...gate, part: 0 });

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

  return only<Gates>("gates", {
    async take(part, ask) {
      for (;;) {
        const state = partOf(part);
        const step = nextStep(state, ask);
        if (step.do === "refuse") {
          return step.why === "early"
            ? { outcome: "early", startsAt: step.startsAt, state }
            : { outcome: step.why, state };
        }
        if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, again: false };
        keep(part, applied(state, step.write, ask));
        if (step.write.slot?.do === "drop") continue;
        const again = step.write.slot?.do === "renew";
        const shared = again && isShared(state.holders[ask.job], ask);
        return { outcome: "taken", startsAt: startOf(state, ask), again, ...(shared && { shared }) };
      }
    },

    async release(part, job, turn, lease) {
      const { holders, count, ...rest } = partOf(part);
      const { [job]: held, ...others } = holders;
      if (held?.turn !== turn || (lease !== undefined && held.lease !== lease)) return undefined;
      keep(part, { ...rest, holders: others, count: count - 1 });
      return partOf(part);
    },

    async notePeak(gate, peak) {
      const state = partOf(firstOf(gate));
      if ((state.peak ?? -1) < peak) keep(firstOf(gate), { ...state, peak });
    },

    firsts: async (names) => names.map((gate) => partOf(firstOf(gate))),
    parts: async (gate) => gateOf(gate).parts,
    line: async (gate, page) => lineOf(gate, page),
    look: async (gate, page) => ({ parts: page.after ? {} : gateOf(gate).parts, ...lineOf(gate, page) }),
    length: async (gate, most) => Math.min(most, gateOf(gate).waiters.length),

    async stand(gate, waiter) {
      const { waiters, place, stood } = placed(gate, waiter);
      const { calls = stood?.calls, ...rest } = waiter;
      waiters.splice(place, stood ? 1 : 0, { ...rest, since: stood?.since ?? waiter.since, ...given({ calls }) });
    },

    async reserve(gate, at, { now, until }) {
      const { waiters, place, stood } = placed(gate, at);
      if (!stood || (stood.reserved_until ?? 0) >= now) return false;
      waiters[place] = { ...stood, reserved_until: until };
      return true;
    },

    async leave(gate, at) {
      const { waiters, place, stood } = placed(gate, at);
      if (stood) waiters.splice(place, 1);
    },

    async mark(gate, next, seen) {
      const { line, ...rest } = partOf(firstOf(gate));
      if (fence(line) !== fence(seen)) return fence(line) === fence(next);
      keep(firstOf(gate), { ...rest, ...(next && { line: next }) });
      return true;
    },

    pump: async (gate) => gateOf(gate).pump,

    async keepPump(gate, pump) {
      gateOf(gate).pump = pump;
    },

    pins: async () => ({}),
  });
}
