import type { Repeat } from "../job.ts";

/** The last 12 hexadecimal digits of an id are random, or those of a hash. */
const offsetOf = (id: string, spreadMs: number): number => Number.parseInt(id.slice(-12), 16) % spreadMs;

/** A series with its own part of `spread_ms`, which is derived from the id of its job and so never changes. */
export const spread = (repeat: Repeat, id: string): Repeat =>
  repeat.spread_ms === undefined ? repeat : { ...repeat, offset_ms: offsetOf(id, repeat.spread_ms) };
