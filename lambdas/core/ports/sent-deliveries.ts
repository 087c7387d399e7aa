import type { SentChange, SentDelivery, SentMessage } from "../catalog/sent-delivery.ts";
import type { EndpointName } from "../catalog/webhook.ts";

interface SentDeliveryPage {
  deliveries: SentDelivery[];
  /** Before which id the list goes on; absent at its end. A page may be short, or empty, although it does. */
  next?: string;
}

/** What was sent to webhook endpoints. */
export interface SentDeliveries {
  /** Adds an attempt to the record of a delivery, which is made with the first one, and forgotten some days after the last. One write. */
  note(message: SentMessage, change: SentChange, now: number): Promise<void>;
  get(name: EndpointName, id: string): Promise<SentDelivery | undefined>;
  /** The deliveries to an endpoint before an id, those of the latest events first. */
  page(name: EndpointName, query: { before: string; limit: number }): Promise<SentDeliveryPage>;
}
