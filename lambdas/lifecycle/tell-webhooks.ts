import type { Log, MessageQueue } from "../core/ports.ts";
import type { Recent } from "../core/recent.ts";
import { type Delivery, deliveriesOf, type ProductEndpoint } from "../core/webhook.ts";
import { enqueue, type Happened } from "./happened.ts";

export interface Delivering {
  /** Those of the catalog that are told over HTTP. */
  endpoints: readonly ProductEndpoint[];
  /** What they are to be told. A queue, so that a slow endpoint holds up nobody. */
  webhooks: MessageQueue<Delivery>;
  /**
   * What was handed over lately. While the bus refuses an event, everything behind it is delivered here again and again:
   * as far as this process remembers, the endpoints of others do not get all of it each time.
   */
  handedOver: Recent;
  log: Log;
}

/** Hands over what happened, one message an endpoint; answers the first place of what the queue did not take. */
export async function tellWebhooks(
  { endpoints, webhooks, handedOver, log }: Delivering,
  happened: readonly Happened[],
): Promise<number> {
  const entries = happened.flatMap(({ place, transitions }) =>
    transitions
      .flatMap((transition) => deliveriesOf(endpoints, transition))
      .filter((message) => !handedOver.has(nameOf(message)))
      .map((message) => ({ place, message, delaySeconds: 0, group: groupOf(message) })),
  );
  const undone = await enqueue({ queue: webhooks, log }, entries);
  for (const { place, message } of entries) if (place < undone) handedOver.add(nameOf(message));
  return undone;
}

const groupOf = ({ product, env, webhook }: Delivery) => `${product}:${env}:${webhook}`;
const nameOf = (delivery: Delivery) => `${groupOf(delivery)} ${delivery.id}`;
