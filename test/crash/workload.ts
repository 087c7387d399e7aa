import type { Random } from "../simulation/random.ts";

const minute = 60_000;

/** A random request for a job of the demo product. `now` is the system's time in epoch milliseconds. */
export function aRequest(random: Random, now: number, number: number): { kind: string; body: Record<string, unknown> } {
  const kind = random.pick(kinds);
  const made = requests[kind](random, now, `w${number}`);
  const common = { env: random.pick(["dev", "prd"]), product_tag: "my-product", timeout_ms: 2000, start_at: 0 };
  // The caller's own key, so that a request whose answer was lost in a kill can be repeated.
  return { kind, body: { ...common, ...made, idempotency_key: `w${number}` } };
}

const order = (customer: string) => ({ event: "create_order", input: { params: { customer } } });
const price = { event: "calculate_price", input: { payload: { sku: "A-1", quantity: 1 } } };
const retry_config = { initial_delay: 500, jitter: false };

type Make = (random: Random, now: number, name: string) => Record<string, unknown>;

const requests = {
  "now, action": (_random, _now, name) => ({ ...order(name), retries: 5, retry_config }),
  "now, function": () => ({ ...price, retries: 5, retry_config }),
  "now, notification": (_random, _now, name) => ({
    event: "send_notification",
    input: { slug: "order_update", callback: { body: { name } } },
    retries: 5,
    retry_config,
  }),
  "now, storage": (_random, _now, name) => ({
    event: "store_document",
    input: { buffer: "aGVsbG8=", fileName: `${name}.txt` },
  }),
  near: (random, now, name) => ({ ...order(name), start_at: now + random.int(200, 4000), retries: 5, retry_config }),
  "by the Scheduler": (random, now) => ({ ...price, start_at: now + random.int(16, 40) * minute, retries: 5 }),
  "late retry": (_random, _now, name) => ({
    ...order(name),
    retries: 5,
    retry_config: { initial_delay: 20 * minute, max_delay: 60 * minute, jitter: false },
  }),
  recurring: (random, _now, name) => ({
    ...order(name),
    retries: 5,
    retry_config,
    repeat: { every: random.int(1, 3) * 1000, limit: random.int(3, 12), overlap: "queue" },
  }),
  feature: (_random, _now, name) => ({
    event: "place_order",
    input: { customer: name, sku: "a-1", quantity: 1 },
    timeout_ms: 30_000,
  }),
} satisfies Record<string, Make>;

const kinds = Object.keys(requests) as (keyof typeof requests)[];
