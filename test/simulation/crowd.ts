import { anyBatchmates, type Batchmates } from "../../lambdas/consumers/engine/batchmates.ts";
import { type Memory, memoryOf } from "../../lambdas/core/operations/memory.ts";
import type { Hardship } from "./hardship.ts";
import { seeded } from "./random.ts";

/** The other jobs of a batch, which may fill the memory of a consumer, or have to run alone. */
export interface Crowd {
  /** The memory of the process that receives a message. */
  memory(): Memory;
  /** Who is in that process. */
  batchmates(): Batchmates;
}

const empty = memoryOf(Number.POSITIVE_INFINITY);
const full: Memory = { admit: () => undefined };
/** One that has to be alone, or that others have to leave alone. */
const shut: Batchmates = { enter: async () => undefined };

/**
 * A job that finds no memory is sent again, and each send may be duplicated. Where the queue duplicates half of all messages, no
 * memory is full: messages would multiply by the simulation's own doing.
 *
 * Uses separate randomness, so that a history without full memories is the one that its seed produced before this was added.
 */
export function crowdOf(seed: number, isPeaceful: boolean, { duplicate }: Hardship): Crowd {
  const random = seeded(seed ^ 0xc40d_0000);
  const share = isPeaceful || duplicate > 0.1 ? 0 : random.pick([0, 0, 0, 0.05, 0.2]);
  const others = seeded(seed ^ 0xa10e_0000);
  return {
    memory: () => (random.chance(share) ? full : empty),
    batchmates: () => (others.chance(share) ? shut : anyBatchmates),
  };
}
