import type { World } from "./adversary.ts";
import type { Hardship } from "./hardship.ts";
import { canary } from "./observer.ts";
import type { Asked } from "./policies.ts";
import { type Request, randomRepeat } from "./requests.ts";

const events = ["slotted", "slotted", "rated", "both", "twin"];

/** Gates take several calls: a run that must start sooner than these take would be skipped for ever. */
const patient = ({ max_lateness_ms: most, ...repeat }: Asked, { patience, queueLag }: Hardship): Asked => ({
  ...repeat,
  limit: 3,
  ...(most !== undefined && { max_lateness_ms: Math.max(most, 5000 + patience + queueLag) }),
});

/** A crowd of jobs for the same few gates, within seconds. */
export function limitedRequests({ time, hardship, limited: random, policies, hasTwins }: World): Request[] {
  if (!random) return [];
  const drawn = random.chance(0.5) ? events : [random.pick(events)];
  const asked = hasTwins ? ["twin"] : drawn;
  return Array.from({ length: random.int(5, 12) }, () => {
    const now = time.now();
    const start_at = random.pick([0, now + random.int(1, 5000)]);
    return {
      product_tag: "sim",
      env: "e",
      event: random.pick(asked),
      input: { body: { secret: canary, who: random.pick(["a", "a", "b"]) } },
      start_at,
      retries: random.int(0, 2),
      timeout_ms: random.int(2000, 5000) + Math.min(20_000, hardship.patience),
      ...(random.chance(0.3) && { priority: random.int(-60, 60) }),
      ...(random.chance(0.1) && { repeat: patient(policies(randomRepeat(random, now)), hardship) }),
      idempotency_key: `limited-${random.next()}`,
    } as Request;
  });
}
