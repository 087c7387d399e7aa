import type { HookDelivery, HookName, KeptDelivery, SentBody } from "../job/hook-delivery.ts";

/** A page of the deliveries of a hook. */
export interface HookDeliveryPage {
  deliveries: (HookDelivery & { hasBody: boolean })[];
  /** Before which id the list goes on; absent at its end. A page may be short, or empty, although it does. */
  next?: string;
}

/** What providers have delivered to hooks. */
export interface HookDeliveries {
  /** Keeps a delivery, with what was sent if that is to be kept. It is never changed, and is forgotten after some days. */
  put(delivery: HookDelivery, sent?: SentBody): Promise<void>;
  get(name: HookName, id: string): Promise<KeptDelivery | undefined>;
  /** The deliveries of a hook before an id, the latest first. */
  page(name: HookName, query: { before: string; limit: number }): Promise<HookDeliveryPage>;
}
