import { type Incident, type IncidentName, withChanges } from "../../../lambdas/core/job/incident.ts";
import type { Spending } from "../../../lambdas/core/job/spending.ts";
import type { Incidents, Watched } from "../../../lambdas/core/ports/incidents.ts";

const keyOf = ({ product, env, id }: IncidentName) => `${product}#${env}#${id}`;
const tenantKey = ({ product, env }: { product: string; env: string }) => `${product}#${env}`;

const mostMarks = 300;

/** Incidents in memory. */
export function fakeIncidents(): Incidents & { all(): Incident[]; watches(): Watched[] } {
  const items = new Map<string, Incident>();
  /** Of each incident the latest, as the table remembers some hundreds. */
  const marks = new Map<string, string[]>();
  const watches = new Map<string, Watched>();
  const begun = new Map<string, number>();
  const rates = new Map<string, Map<number, Map<string, boolean>>>();
  const spendings = new Map<string, Spending>();
  const copy = <T>(value: T): T => structuredClone(value);
  return {
    all: () => copy([...items.values()]),
    watches: () => copy([...watches.values()]),

    async add({ product, env, id, subject, entries }, { mustExist }) {
      const key = keyOf({ product, env, id });
      let item = items.get(key);
      if (!item && mustExist) return undefined;
      const known = marks.get(key) ?? [];
      const fresh = entries.filter(({ mark }, place) => {
        return !known.includes(mark) && entries.findIndex((one) => one.mark === mark) === place;
      });
      marks.set(key, [...known, ...fresh.map(({ mark }) => mark)].slice(-mostMarks));
      const latest = fresh.toSorted((one, other) => one.at - other.at).at(-1);
      if (latest) {
        const { at, event, job_id } = latest;
        const { count = 0, first_at = Math.min(...fresh.map((one) => one.at)) } = item ?? {};
        item = {
          ...(item ?? { product, env, id }),
          ...subject,
          ...(event !== undefined && { event }),
          ...(job_id !== undefined && { sample_job_id: job_id }),
          ...{ count: count + fresh.length, first_at, last_at: at },
        };
      }
      if (!item) throw new Error("nothing was added");
      items.set(key, item);
      return copy(item);
    },

    get: async (name) => copy(items.get(keyOf(name))),

    async change(before, changes, { unlessCounted } = {}) {
      const now = items.get(keyOf(before));
      if (!now || now.version !== before.version) return "lost";
      if (unlessCounted && now.count !== before.count) return "lost";
      const next = withChanges(now, changes);
      items.set(keyOf(before), next);
      return copy(next);
    },

    async countRuns({ product, env, alert }, { slot }, runs) {
      const key = `${product}#${env}#${alert}`;
      const slots = rates.get(key) ?? new Map<number, Map<string, boolean>>();
      rates.set(key, slots);
      const known = slots.get(slot) ?? new Map<string, boolean>();
      slots.set(slot, known);
      for (const { mark, failed } of runs) known.set(mark, failed);
    },

    async runs({ product, env, alert }, fromSlot) {
      const slots = [...(rates.get(`${product}#${env}#${alert}`) ?? [])].filter(([slot]) => slot >= fromSlot);
      const all = slots.flatMap(([, runs]) => [...runs.values()]);
      return { ended: all.length, failed: all.filter(Boolean).length };
    },

    spending: async (tenant) => copy(spendings.get(tenantKey(tenant))),

    async spend(tenant, before, after) {
      if (spendings.get(tenantKey(tenant))?.until !== before?.until) return "lost";
      spendings.set(tenantKey(tenant), copy(after));
      return "spent";
    },

    async page(tenant, { limit, after = "" }) {
      const own = [...items.values()].filter((one) => tenantKey(one) === tenantKey(tenant) && one.id > after);
      return copy(own.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit));
    },

    async watch(watched) {
      const key = keyOf(watched);
      if ((watches.get(key)?.opening ?? 0) < watched.opening) watches.set(key, copy(watched));
    },

    watched: async ({ tenant, most = Number.POSITIVE_INFINITY } = {}) =>
      copy([...watches.values()].filter((one) => !tenant || tenantKey(one) === tenantKey(tenant)).slice(0, most)),

    async renote(watched) {
      if (watches.get(keyOf(watched))?.opening === watched.opening) watches.set(keyOf(watched), copy(watched));
    },

    async unwatch(watched) {
      if (watches.get(keyOf(watched))?.opening === watched.opening) watches.delete(keyOf(watched));
    },

    begun: async () => new Map(begun),

    async begin(tenant, at) {
      if (!begun.has(tenantKey(tenant))) begun.set(tenantKey(tenant), at);
    },
  };
}
