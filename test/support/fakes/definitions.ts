import type { Definitions, KeptDefinition } from "../../../lambdas/core/ports/definitions.ts";

/** Definitions of features in memory. */
export function fakeDefinitions(): Definitions {
  const stored = new Map<string, KeptDefinition>();
  const past = new Map<string, Map<string, number>>();
  return {
    async put(id, definition, event, now) {
      const had = past.get(JSON.stringify(event)) ?? new Map<string, number>();
      past.set(JSON.stringify(event), had.set(id, had.get(id) ?? now));
      const others = (stored.get(id)?.events ?? []).filter(
        (one) => one.product !== event.product || one.event !== event.event,
      );
      stored.set(id, structuredClone({ definition, events: [...others, event] }));
    },
    get: async (id) => structuredClone(stored.get(id)?.definition),
    of: async (event) =>
      [...(past.get(JSON.stringify(event)) ?? [])]
        .map(([id, first_at]) => ({ id, first_at }))
        .sort((a, b) => b.first_at - a.first_at),
    find: async (id) => structuredClone(stored.get(id)),
  };
}
