import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { MessageQueue } from "../core/ports/ports.ts";
import { type Emitting, enqueue, type Happened } from "./happened.ts";

export interface Delivering extends Emitting {
  /** Those of the catalog that are told over HTTP. */
  endpoints: readonly ProductEndpoint[];
  /** What they are to be told. A queue, so that a slow endpoint holds up nobody. */
  webhooks: MessageQueue<Delivery>;
}

/** Hands over what happened, one message an endpoint; answers the first place of what is to be handed over again. */
export function enqueueDeliveries(services: Delivering, happened: readonly Happened[]): Promise<number> {
  const entries = happened.flatMap(({ place, id, deliveries }) =>
    deliveries.map((message) => {
      const { product, env, webhook, type, data } = message;
      const group = `${product}:${env}:${webhook}`;
      const about = { product, env, webhook, type, job_id: data.job_id };
      const news = { place, name: `${id} ${group} ${type}`, body: message, about };
      return { news, message, delaySeconds: 0, group };
    }),
  );
  return enqueue(services, services.webhooks, entries);
}
