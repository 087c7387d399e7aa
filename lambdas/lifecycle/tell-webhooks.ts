import type { Log, MessageQueue } from "../core/ports.ts";
import { type Delivery, deliveriesOf, type ProductEndpoint } from "../core/webhook.ts";
import { enqueue, type Happened } from "./happened.ts";

export interface Delivering {
  /** Those of the catalog that are told over HTTP. */
  endpoints: readonly ProductEndpoint[];
  /** What they are to be told. A queue, so that a slow endpoint holds up nobody. */
  webhooks: MessageQueue<Delivery>;
  log: Log;
}

/** Hands over what happened, one message an endpoint; answers the first place of what the queue did not take. */
export const tellWebhooks = ({ endpoints, webhooks: queue, log }: Delivering, happened: readonly Happened[]) =>
  enqueue(
    { queue, log },
    happened.flatMap(({ place, transitions }) =>
      transitions
        .flatMap((transition) => deliveriesOf(endpoints, transition))
        .map((message) => ({
          place,
          message,
          delaySeconds: 0,
          group: `${message.product}:${message.env}:${message.webhook}`,
        })),
    ),
  );
