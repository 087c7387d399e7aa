import type { FeatureDefinition } from "../catalog/feature-definition.ts";

/** An event of a product, by whose runs a definition is kept. */
export interface DefinedEvent {
  product: string;
  event: string;
}

export interface KeptDefinition {
  definition: FeatureDefinition;
  /** The events by whose runs it is kept. None is known of a definition that was stored before they were noted. */
  events: DefinedEvent[];
}

/** What features said when their runs began. None is ever changed, and none is deleted, since a run may last for years. */
export interface Definitions {
  /** Stores a definition under its id (`definitionId`), and that this event has it. Storing it again changes nothing. */
  put(id: string, definition: FeatureDefinition, event: DefinedEvent): Promise<void>;
  /** Reads consistently. */
  get(id: string): Promise<FeatureDefinition | undefined>;
  /** The same with its events, of which another process may have added one a moment ago. */
  find(id: string): Promise<KeptDefinition | undefined>;
}
