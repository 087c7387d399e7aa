import type { FeatureDefinition } from "../catalog/feature-definition.ts";

/** What features said when their runs began. None is ever changed, and none is deleted, since a run may last for years. */
export interface Definitions {
  /** Stores a definition under its id (`definitionId`). Storing it again changes nothing. */
  put(id: string, definition: FeatureDefinition): Promise<void>;
  /** Reads consistently. */
  get(id: string): Promise<FeatureDefinition | undefined>;
}
