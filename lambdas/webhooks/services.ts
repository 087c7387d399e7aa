import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import type { SetAsideServices } from "../core/outbound/set-aside.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { Announcer, Endpoints } from "../core/ports/outbound-ports.ts";
import type { Clock, MessageQueue, Secrets } from "../core/ports/ports.ts";

export interface WebhookServices extends SetAsideServices {
  /** Of the catalog. */
  catalog: readonly ProductEndpoint[];
  endpoints: Endpoints;
  secrets: Secrets;
  /** Its own queue: what failed is sent again, with the rest of its delay. */
  queue: MessageQueue<Delivery>;
  announcer: Announcer;
  clock: Clock;
  /** Milliseconds that an endpoint has to answer. */
  timeoutMs: number;
  /** In [0, 1): the jitter of backoff. */
  random: () => number;
}

/** The URL stays out of it: its path may be a secret of the receiver's. */
export const about = ({ product, env, webhook, id, type, attempt, data }: Delivery) => ({
  product,
  env,
  webhook,
  webhook_id: id,
  type,
  attempt,
  job_id: data.job_id,
});

/** Each endpoint has a group of its own in the fair queue. */
export const group = ({ product, env, webhook }: Delivery) => `${product}:${env}:${webhook}`;
