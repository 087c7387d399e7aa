import { endpointGroupOf, type ProductEndpoint } from "../core/catalog/webhook.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import { type ChangeEffects, type EmitServices, enqueue } from "./emit.ts";

export interface WebhookQueueServices extends EmitServices {
  /** All webhook endpoints of the catalog. */
  endpoints: readonly ProductEndpoint[];
  /** Deliveries are made from a queue, so that a slow endpoint delays nothing else. */
  webhooks: MessageQueue<Delivery>;
}

/** Queues one delivery per event and endpoint. Returns the first batch index that has to be redelivered. */
export function enqueueDeliveries(services: WebhookQueueServices, effects: readonly ChangeEffects[]): Promise<number> {
  const entries = effects.flatMap(({ batchIndex, id, deliveries }) =>
    deliveries.map((message) => {
      const { product, env, webhook, type, data } = message;
      const group = endpointGroupOf(message);
      const logFields = { product, env, webhook, type, job_id: data.job_id };
      const outgoing = { batchIndex, key: `${id} ${group} ${type}`, body: message, logFields };
      return { outgoing, message, delaySeconds: 0, group };
    }),
  );
  return enqueue(services, services.webhooks, entries);
}
