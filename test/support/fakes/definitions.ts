import type { Definitions, KeptDefinition } from "../../../lambdas/core/ports/definitions.ts";

/** Definitions of features in memory. */
export function fakeDefinitions(): Definitions {
  const stored = new Map<string, KeptDefinition>();
  return {
    async put(id, definition, event) {
      const others = (stored.get(id)?.events ?? []).filter(
        (one) => one.product !== event.product || one.event !== event.event,
      );
      stored.set(id, structuredClone({ definition, events: [...others, event] }));
    },
    get: async (id) => structuredClone(stored.get(id)?.definition),
    find: async (id) => structuredClone(stored.get(id)),
  };
}
