import type { GateName } from "../limits/gate.ts";

/**
 * How far the rounds of the reconciler have come, where one round does not get through the catalog. Both places are where the next
 * round goes on; absent: at the beginning.
 */
export interface RoundPlace {
  /** A partition of overdue jobs. */
  scan?: { product: string; env: string; shard: number } | undefined;
  /** A tenant whose lines are looked after, and the gate after which. */
  lines?: { product: string; env: string; after?: GateName } | undefined;
  /** How many processes in a row have begun here and ended before they came any further. */
  tries: number;
}

/** One item that outlives the reconciler's process. */
export interface RoundPlaces {
  get(): Promise<RoundPlace | undefined>;
  put(place: RoundPlace): Promise<void>;
}
