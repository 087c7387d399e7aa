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

/** A definition that an event has had. */
export interface PastDefinition {
  id: string;
  /** When the first run began by it, epoch milliseconds. */
  first_at: number;
}

/** What features said when their runs began. None is ever changed, and none is deleted, since a run may last for years. */
export interface Definitions {
  /**
   * Stores a definition under its id (`definitionId`), and that this event has it since `now`, epoch milliseconds. Storing it again changes
   * nothing.
   */
  put(id: string, definition: FeatureDefinition, event: DefinedEvent, now: number): Promise<void>;
  /** Reads consistently. */
  get(id: string): Promise<FeatureDefinition | undefined>;
  /** The same with its events, of which another process may have added one a moment ago. */
  find(id: string): Promise<KeptDefinition | undefined>;
  /** The definitions that an event has had, the latest first: those that version 0.3 stored are not among them. */
  of(event: DefinedEvent): Promise<PastDefinition[]>;
}
