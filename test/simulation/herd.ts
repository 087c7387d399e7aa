import { seeded } from "./random.ts";

/** How full EventBridge Scheduler is. */
export interface Herd {
  /** Whether it refuses a schedule because it holds as many as it may. */
  refuses(): boolean;
  /** How many schedules it starts per second: so few in some histories that a handful of jobs is a herd. */
  startsPerSecond: number;
  /** How many seconds early messages come back to consumers at the earliest. */
  holdSeconds: number;
  /** How many jobs a process counts by itself before it writes the counter. */
  jobsPerCount: number;
}

/**
 * Peaceful histories have herds too, since jobs must be on time in them. Uses separate randomness, so that the other histories
 * stay the same.
 */
export function herdOf(seed: number): Herd {
  const random = seeded(seed ^ 0x4e7d_0000);
  const share = random.pick([0, 0, 0.3, 1]);
  const isCrowded = random.chance(0.4);
  return {
    refuses: () => random.chance(share),
    startsPerSecond: isCrowded ? 0.003 : 1000,
    jobsPerCount: isCrowded ? random.int(1, 3) : 250,
    holdSeconds: random.pick([0, 0, 0, 15]),
  };
}
