import { applied } from "../../../bench/support/applied.ts";
import { defined } from "../../../lambdas/core/kernel/defined.ts";
import {
  emptyPart,
  type GateItem,
  type GateItemState,
  type GateName,
  gateStep,
  isShared,
  type LineMark,
  startFrom,
} from "../../../lambdas/core/limits/gate.ts";
import type { Pin } from "../../../lambdas/core/limits/limit-rule.ts";
import type { Pump } from "../../../lambdas/core/limits/pump.ts";
import type { Gates, Waiter } from "../../../lambdas/core/ports/gates.ts";
import { copy } from "./job-store.ts";

interface Kept {
  gate: GateName;
  parts: Map<number, GateItemState>;
  /** In the order of the line. */
  waiters: Waiter[];
  pump?: Pump;
}

export interface FakeGates extends Gates {
  /** Every gate, for observers that watch the store while it is used. */
  all(): Kept[];
}

type At = Pick<Waiter, "job" | "order">;

const byOrder = (a: At, b: At) => a.order - b.order || (a.job < b.job ? -1 : Number(a.job > b.job));

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

const tenantKey = ({ product, env }: Pick<GateName, "product" | "env">) => `${product}#${env}`;
/** DynamoDB sorts by the bytes of UTF-8, which is another order than that of JavaScript's strings. */
const sortKey = ({ limit, key }: GateName) => Buffer.from(`${limit}#${key}`);

const compared = (mark: LineMark | undefined) => [mark?.id, mark?.emptyAt, mark?.nextCall, mark?.promised];
const isSame = (a: LineMark | undefined, b: LineMark | undefined) =>
  compared(a).every((value, i) => value === compared(b)[i]);

/** Gates in memory. */
export function fakeGates(): FakeGates {
  const gates = new Map<string, Kept>();
  const pins = new Map<string, Record<string, Pin>>();

  function gateOf({ product, env, limit, key }: GateName): Kept {
    const name = JSON.stringify([product, env, limit, key]);
    const kept = gates.get(name) ?? { gate: { product, env, limit, key }, parts: new Map(), waiters: [] };
    gates.set(name, kept);
    return kept;
  }
  const partOf = (part: GateItem) => gateOf(part).parts.get(part.part) ?? emptyPart();
  const keep = (part: GateItem, state: GateItemState) => gateOf(part).parts.set(part.part, state);
  const firstOf = (gate: GateName): GateItem => ({ ...gate, part: 0 });

  function without(part: GateItem, job: string): GateItemState {
    const { holders, count, ...rest } = partOf(part);
    const { [job]: _, ...others } = holders;
    return { ...rest, holders: others, count: count - 1 };
  }

  function waiterAt(gate: GateName, at: At): Waiter | undefined {
    const { waiters } = gateOf(gate);
    const found = waiters[placeOf(waiters, at)];
    return found && byOrder(found, at) === 0 ? found : undefined;
  }

  function lineOf(gate: GateName, { limit, after }: { limit: number; after?: At }) {
    const { waiters } = gateOf(gate);
    const from = after ? placeOf(waiters, after) + (waiterAt(gate, after) ? 1 : 0) : 0;
    return copy({ waiters: waiters.slice(from, from + limit), more: waiters.length > from + limit });
  }

  return {
    all: () => [...gates.values()],

    async take(part, ask) {
      for (;;) {
        const before = partOf(part);
        const step = gateStep(before, ask);
        if (step.do === "refuse") {
          const state = copy(before);
          return step.why === "early"
            ? { outcome: "early", startsAt: step.startsAt, state }
            : { outcome: step.why, state };
        }
        if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, again: false };
        keep(part, applied(before, step.write, ask));
        if (step.write.slot?.do === "drop") continue;
        const again = step.write.slot?.do === "renew";
        const shared = again && isShared(before.holders[ask.job], ask);
        return { outcome: "taken", startsAt: startFrom(before, ask), again, ...(shared && { shared }) };
      }
    },

    async release(part, job, turn, lease) {
      const held = partOf(part).holders[job];
      if (held?.turn !== turn || (lease !== undefined && held.lease !== lease)) return undefined;
      keep(part, without(part, job));
      return copy(partOf(part));
    },

    async drop(part, job, { lease }) {
      if (partOf(part).holders[job]?.lease === lease) keep(part, without(part, job));
    },

    async notePeak(gate, peak) {
      const state = partOf(firstOf(gate));
      if ((state.peak ?? -1) < peak) keep(firstOf(gate), { ...state, peak });
    },

    firsts: async (names) => names.map((gate) => copy(partOf(firstOf(gate)))),

    parts: async (gate) => copy(Object.fromEntries(gateOf(gate).parts)),

    line: async (gate, page) => lineOf(gate, page),

    look: async (gate, page) => ({
      parts: page.after ? {} : copy(Object.fromEntries(gateOf(gate).parts)),
      ...lineOf(gate, page),
    }),

    length: async (gate, most) => Math.min(most, gateOf(gate).waiters.length),

    async stand(gate, waiter) {
      const { waiters } = gateOf(gate);
      const stood = waiterAt(gate, waiter);
      const { calls = stood?.calls, reserved_until: _reserved, ...rest } = waiter;
      const next = { ...rest, since: stood?.since ?? waiter.since, ...defined({ calls }) };
      waiters.splice(placeOf(waiters, waiter), stood ? 1 : 0, copy(next));
    },

    async reserve(gate, at, { now, until }) {
      const stood = waiterAt(gate, at);
      if (!stood || (stood.reserved_until ?? 0) >= now) return false;
      stood.reserved_until = until;
      return true;
    },

    async leave(gate, at) {
      const { waiters } = gateOf(gate);
      if (waiterAt(gate, at)) waiters.splice(placeOf(waiters, at), 1);
    },

    waiter: async (gate, at) => copy(waiterAt(gate, at)),

    async mark(gate, next, seen) {
      const { line, ...rest } = partOf(firstOf(gate));
      if (!isSame(line, seen)) return isSame(line, next);
      keep(firstOf(gate), { ...rest, ...(next && { line: copy(next) }) });
      return true;
    },

    pump: async (gate) => copy(gateOf(gate).pump),

    async keepPump(gate, pump) {
      gateOf(gate).pump = copy(pump);
    },

    async withLine(tenant, { limit, after }) {
      return [...gates.values()]
        .filter(({ gate, parts }) => tenantKey(gate) === tenantKey(tenant) && parts.get(0)?.line !== undefined)
        .map(({ gate }) => ({ gate, at: sortKey(gate) }))
        .filter(({ at }) => !after || Buffer.compare(at, sortKey(after)) > 0)
        .sort((a, b) => Buffer.compare(a.at, b.at))
        .slice(0, limit)
        .map(({ gate }) => gate);
    },

    pins: async (tenant) => copy(pins.get(tenantKey(tenant)) ?? {}),

    async pin({ limit, ...tenant }, pin) {
      pins.set(tenantKey(tenant), { ...pins.get(tenantKey(tenant)), [limit]: copy(pin) });
    },

    async unpin({ limit, ...tenant }) {
      const { [limit]: _, ...rest } = pins.get(tenantKey(tenant)) ?? {};
      pins.set(tenantKey(tenant), rest);
    },
  };
}
