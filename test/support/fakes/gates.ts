import {
  applied,
  emptyPart,
  type GateName,
  type GatePart,
  isShared,
  nextStep,
  type PartState,
  startOf,
} from "../../../lambdas/core/flow/gate.ts";
import type { Pin } from "../../../lambdas/core/flow/limit-rule.ts";
import type { Gates, Waiter } from "../../../lambdas/core/ports/gates.ts";

interface Kept {
  gate: GateName;
  parts: Map<number, PartState>;
  waiters: Waiter[];
}

export interface FakeGates extends Gates {
  /** Every gate, for observers that watch the store while it is used. */
  all(): Kept[];
}

const byOrder = (a: Waiter, b: Waiter) => a.order - b.order || (a.job < b.job ? -1 : Number(a.job > b.job));
const same = (at: Pick<Waiter, "job" | "order">) => (other: Waiter) => other.job === at.job && other.order === at.order;

/** Gates in memory. */
export function fakeGates(): FakeGates {
  const gates = new Map<string, Kept>();
  const pins = new Map<string, Record<string, Pin>>();
  let marks = 0;
  const tenantKey = ({ product, env }: Pick<GateName, "product" | "env">) => `${product}#${env}`;
  const sortKey = ({ limit, key }: GateName) => `${limit}#${key}`;
  function gateOf({ product, env, limit, key }: GateName): Kept {
    const name = JSON.stringify([product, env, limit, key]);
    const kept = gates.get(name) ?? { gate: { product, env, limit, key }, parts: new Map(), waiters: [] };
    gates.set(name, kept);
    return kept;
  }
  const partOf = (part: GatePart) => gateOf(part).parts.get(part.part) ?? emptyPart();

  return {
    all: () => [...gates.values()],

    async take(part, ask) {
      for (;;) {
        const before = partOf(part);
        const step = nextStep(before, ask);
        if (step.do === "refuse") return { outcome: step.why };
        if (step.do === "nothing") return { outcome: "taken", startsAt: step.startsAt, again: false };
        gateOf(part).parts.set(part.part, applied(before, step.write, ask));
        if (step.write.slot?.do === "drop") continue;
        const again = step.write.slot?.do === "renew";
        const shared = again && isShared(before.holders[ask.job], ask);
        return { outcome: "taken", startsAt: startOf(before, ask), again, ...(shared && { shared }) };
      }
    },

    async release(part, job, turn, lease) {
      const { holders, count, ...rest } = partOf(part);
      const { [job]: held, ...others } = holders;
      if (held?.turn !== turn || (lease !== undefined && held.lease !== lease)) return undefined;
      gateOf(part).parts.set(part.part, { ...rest, holders: others, count: count - 1 });
      return { waiting: rest.waiting !== undefined };
    },

    async drop(part, job, { lease }) {
      const { holders, count, ...rest } = partOf(part);
      const { [job]: held, ...others } = holders;
      if (held?.lease !== lease) return;
      gateOf(part).parts.set(part.part, { ...rest, holders: others, count: count - 1 });
    },

    async look(gate, { limit, after }) {
      const { parts, waiters } = gateOf(gate);
      const left = waiters.filter((waiter) => !after || byOrder(waiter, after) > 0).sort(byOrder);
      return structuredClone({
        parts: after ? {} : Object.fromEntries(parts),
        waiters: left.slice(0, limit),
        more: left.length > limit,
      });
    },

    async lineUp(gate, waiter, count) {
      const kept = gateOf(gate);
      kept.waiters = [...kept.waiters.filter((other) => !same(waiter)(other)), structuredClone(waiter)];
      marks++;
      for (let part = 0; part < count; part++)
        kept.parts.set(part, { ...(kept.parts.get(part) ?? emptyPart()), waiting: `mark ${marks}` });
    },

    async leave(gate, at) {
      const kept = gateOf(gate);
      kept.waiters = kept.waiters.filter((waiter) => !same(at)(waiter));
    },

    waiter: async (gate, at) => structuredClone(gateOf(gate).waiters.find(same(at))),

    async unmark(part, seen) {
      const { waiting, ...rest } = partOf(part);
      if (waiting === seen) gateOf(part).parts.set(part.part, rest);
    },

    async crowded(tenant, { limit, after }) {
      return [...gates.values()]
        .filter(({ gate, parts }) => tenantKey(gate) === tenantKey(tenant) && parts.get(0)?.waiting !== undefined)
        .map(({ gate }) => gate)
        .filter((gate) => !after || sortKey(gate) > sortKey(after))
        .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
        .slice(0, limit);
    },

    pins: async (tenant) => structuredClone(pins.get(tenantKey(tenant)) ?? {}),

    async pin({ limit, ...tenant }, pin) {
      pins.set(tenantKey(tenant), { ...pins.get(tenantKey(tenant)), [limit]: structuredClone(pin) });
    },

    async unpin({ limit, ...tenant }) {
      const { [limit]: _, ...rest } = pins.get(tenantKey(tenant)) ?? {};
      pins.set(tenantKey(tenant), rest);
    },
  };
}
