import type { FeatureDefinition } from "../../../lambdas/core/catalog/feature-definition.ts";
import type { Definitions } from "../../../lambdas/core/ports/definitions.ts";

/** Definitions of features in memory. */
export function fakeDefinitions(): Definitions {
  const stored = new Map<string, FeatureDefinition>();
  return {
    async put(id, definition) {
      stored.set(id, structuredClone(definition));
    },
    get: async (id) => structuredClone(stored.get(id)),
  };
}
