import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import type { DeadLetterServices } from "../core/outbound/set-aside.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Endpoints } from "../core/ports/endpoints.ts";
import type { Announcer } from "../core/ports/event-bus.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import type { Secrets } from "../core/ports/secrets.ts";
import type { SentDeliveries } from "../core/ports/sent-deliveries.ts";

export interface WebhookServices extends DeadLetterServices {
  /** The endpoints in the catalog. */
  catalog: readonly ProductEndpoint[];
  endpoints: Endpoints;
  /** What was sent, for people. */
  sentDeliveries: Pick<SentDeliveries, "note">;
  secrets: Secrets;
  /** The queue that this function reads. Deliveries that failed, or are not due yet, go back into it. */
  queue: MessageQueue<Delivery>;
  announcer: Announcer;
  clock: Clock;
  /** How many milliseconds an endpoint has to answer. */
  timeoutMs: number;
  /** In [0, 1), for the jitter of the backoff. */
  random: () => number;
}

/** What a log line says about a delivery. Never the URL: its path may be a secret of the receiver. */
export const deliveryFields = ({ product, env, webhook, id, type, attempt, data }: Delivery) => ({
  product,
  env,
  webhook,
  webhook_id: id,
  type,
  attempt,
  job_id: data.job_id,
});
