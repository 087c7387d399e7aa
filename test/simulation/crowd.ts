import { type Memory, memoryOf } from "../../lambdas/core/operations/memory.ts";
import { seeded } from "./random.ts";

/** The memory of consumers, which other jobs of a batch may fill. */
export interface Crowd {
  /** The memory of the process that receives a message. */
  memory(): Memory;
}

const empty = memoryOf(Number.POSITIVE_INFINITY);
const full: Memory = { admit: () => undefined };

/**
 * Uses separate randomness, so that a history without full memories is the one that its seed produced before this was added.
 */
export function crowdOf(seed: number, isPeaceful: boolean): Crowd {
  const random = seeded(seed ^ 0xc40d_0000);
  const share = isPeaceful ? 0 : random.pick([0, 0, 0, 0.05, 0.2]);
  return { memory: () => (random.chance(share) ? full : empty) };
}
