import { seeded } from "./random.ts";

/** A repeat as a caller writes it. */
export interface Asked {
  every?: number;
  cron?: string;
  limit?: number;
  end_date?: number;
  overlap?: "skip" | "queue" | "cancel_previous";
  missed?: "skip" | "once" | "all";
  max_lateness_ms?: number;
  spread_ms?: number;
  except?: string[];
}

/** Adds policies to the repeats that callers ask for. */
export type Policies = (repeat: Asked) => Asked;

/** The day on which a history begins (history.ts), and the beginning of the next one. */
const firstDay = "2030-01-01";
export const secondDay = Date.UTC(2030, 0, 2);

/**
 * In a third of the histories series have policies. They are drawn from randomness of their own, so that the other histories are
 * the same as without them.
 */
export function policiesOf(seed: number): Policies {
  const random = seeded(seed ^ 0x5e71e5);
  if (!random.chance(0.35)) return (repeat) => repeat;
  const isLong = random.chance(0.5);
  return (repeat) => {
    const overlap = random.pick(["skip", "queue", "cancel_previous", "cancel_previous"] as const);
    const missed = random.pick(["skip", "once", "all", "all"] as const);
    const isContradiction = overlap === "cancel_previous" && missed === "all";
    return {
      ...repeat,
      ...(repeat.every !== undefined &&
        isLong && { every: random.pick([1000, 3000, 20_000]), limit: random.int(3, 6) }),
      overlap,
      ...(!isContradiction && random.chance(0.7) && { missed }),
      ...(random.chance(0.4) && { max_lateness_ms: random.pick([500, 5000, 60_000, 300_000]) }),
      ...(random.chance(0.3) && { spread_ms: random.pick([700, 1000]) }),
      ...(repeat.every !== undefined && random.chance(0.1) && { except: [firstDay] }),
    };
  };
}
