import {
  addressLimits,
  type Signal,
  type SignalAddress,
  signalKeptMs,
  type Waiter,
} from "../../../lambdas/core/job/signal.ts";
import type { Signals } from "../../../lambdas/core/ports/signals.ts";

/** The name of the only message of an address. */
const decision = "decision";

/** Signals in memory. */
export function fakeSignals(limits = addressLimits): Signals {
  const counts = new Map<string, { since: number; messages: number; bytes: number }>();
  const keyOf = ({ product, env, signal, to }: SignalAddress) => JSON.stringify([product, env, signal, to]);
  const fullUntil = (address: SignalAddress, now: number) => {
    const count = counts.get(keyOf(address));
    if (!count || count.since <= now - signalKeptMs) return undefined;
    const isFull = count.messages >= limits.messages || count.bytes >= limits.bytes;
    return isFull ? count.since + signalKeptMs : undefined;
  };
  const countOne = (address: SignalAddress, { at, payload }: Signal) => {
    const key = keyOf(address);
    const bytes = Buffer.byteLength(JSON.stringify(payload) ?? "");
    const there = counts.get(key);
    if (there && there.since > at - signalKeptMs)
      counts.set(key, { ...there, messages: there.messages + 1, bytes: there.bytes + bytes });
    else counts.set(key, { since: at, messages: limits.page + 1, bytes });
  };
  const kept = new Map<string, Map<string, Signal>>();
  const waiting = new Map<string, Map<string, Waiter>>();
  const of = <T>(all: Map<string, Map<string, T>>, address: SignalAddress): Map<string, T> => {
    const key = keyOf(address);
    const found = all.get(key) ?? new Map<string, T>();
    all.set(key, found);
    return found;
  };
  const nameOf = ({ message, step }: Waiter) => `${message.job_id}#${step}`;
  return {
    async put(address, signal) {
      if (of(kept, address).size >= limits.page) {
        const until = fullUntil(address, signal.at);
        if (until !== undefined) return { is: "full", until };
        countOne(address, signal);
      }
      of(kept, address).set(`${signal.at} ${signal.id}`, structuredClone(signal));
      return { is: "kept" };
    },
    fullUntil: async (address, now) => fullUntil(address, now),
    async find(address, id) {
      const all = [...of(kept, address).values()].filter((one) => one.id === id);
      return structuredClone(all.sort((a, b) => a.at - b.at)[0]);
    },
    async first(address, since, wanted) {
      const { [decision]: decided, ...others } = Object.fromEntries(of(kept, address));
      const signals = Object.values(others).filter(({ at }) => at >= since);
      signals.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
      if (decided) signals.push(decided);
      return structuredClone(signals.find(wanted));
    },
    async latest(address, most) {
      const signals = [...of(kept, address).values()].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      return structuredClone(signals.slice(0, most));
    },
    async decide(address, signal) {
      const there = of(kept, address).get(decision) ?? structuredClone(signal);
      of(kept, address).set(decision, there);
      return structuredClone(there);
    },
    async listen(address, waiter) {
      of(waiting, address).set(nameOf(waiter), structuredClone(waiter));
    },
    async leave(address, waiter) {
      of(waiting, address).delete(nameOf(waiter));
    },
    async waiters(address, most, after) {
      const inOrder = [...of(waiting, address)].sort(([a], [b]) => (a < b ? -1 : 1));
      const behind = inOrder.filter(([name]) => !after || name > nameOf(after)).map(([, waiter]) => waiter);
      return structuredClone(behind.slice(0, most));
    },
  };
}
