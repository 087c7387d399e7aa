import type { Hardship } from "./hardship.ts";
import { canary } from "./observer.ts";
import { large } from "./outcomes.ts";
import type { Asked, Policies } from "./policies.ts";
import type { Random } from "./random.ts";

const features = ["pair", "tree", "choice", "hopeless", "fan"];
export const events: readonly string[] = ["call", "call", "call", "other", ...features];

/**
 * A random request for a job, as a caller writes it. A caller that knows that AWS is slow allows for it. `asked` are the events
 * that the history requests.
 */
export function randomRequest(
  random: Random,
  now: number,
  hardship: Hardship,
  asked: readonly string[],
  policies: Policies,
) {
  const start_at = random.pick([
    0,
    now + random.int(1, 5000),
    now + random.int(5000, 890_000),
    now + random.int(890_000, 4_000_000),
  ]);
  const event = random.pick(asked);
  const more = random.chance(hardship.large) ? { pad: large } : {};
  const isRecurring = random.chance(0.3);
  return {
    product_tag: "sim",
    env: "e",
    event,
    input: features.includes(event)
      ? { secret: canary, far: random.chance(0.3), ...more }
      : { body: { secret: canary, ...more } },
    start_at,
    retries: random.int(0, 3),
    timeout_ms: random.int(500, 5000) + Math.min(20_000, hardship.patience),
    ...(isRecurring && { repeat: policies(randomRepeat(random, now)) }),
    ...(!isRecurring &&
      random.chance(0.15) && { expires_at: Math.max(start_at, now) + random.pick([500, 5000, 300_000]) }),
    ...(!isRecurring && random.chance(0.2) && { task_token: `${canary}-${random.next()}` }),
    ...(random.chance(0.2) && { labels: ["some"] }),
  };
}

export type Request = ReturnType<typeof randomRequest> & { idempotency_key?: string };

/** A request for a run of a feature, which is not tried again by itself. The feature's own rules check what becomes of it. */
export const featureRequest = (
  random: Random,
  hardship: Hardship,
  { event, input, key }: { event: string; input: Record<string, unknown>; key: string },
): Request =>
  ({
    ...{ product_tag: "sim", env: "e", event, input, start_at: 0, retries: 0, idempotency_key: key },
    timeout_ms: random.int(2000, 5000) + Math.min(20_000, hardship.patience),
  }) as unknown as Request;

export const randomRepeat = (random: Random, now: number): Asked =>
  random.chance(0.7)
    ? {
        every: random.pick([1000, 5000, 60_000]),
        limit: random.int(1, 4),
        overlap: random.pick(["skip", "queue"] as const),
      }
    : { cron: "*/5 * * * *", end_date: now + random.int(10, 40) * 60_000 };
