import type { Delivery } from "../core/outbound/webhook.ts";

/** The body of a delivery, byte for byte the same in every attempt. */
export const deliveryBodyOf = ({ type, time, data }: Delivery): string =>
  JSON.stringify({ type, timestamp: new Date(time).toISOString(), data });
