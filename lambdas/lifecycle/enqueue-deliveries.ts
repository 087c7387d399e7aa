import type { Delivery, ProductEndpoint } from "../core/outbound/webhook.ts";
import type { MessageQueue } from "../core/ports/ports.ts";
import { enqueue, type Happened, type Telling } from "./happened.ts";

export interface Delivering extends Telling {
  /** Those of the catalog that are told over HTTP. */
  endpoints: readonly ProductEndpoint[];
  /** What they are to be told. A queue, so that a slow endpoint holds up nobody. */
  webhooks: MessageQueue<Delivery>;
}

/** Hands over what happened, one message an endpoint; answers the first place of what is to be handed over again. */
export function tellWebhooks(services: Delivering, happened: readonly Happened[]): Promise<number> {
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
