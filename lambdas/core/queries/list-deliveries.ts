import { timeOfDeliveryId } from "../job/hook-delivery.ts";

/** The most reads of a page that looks for an outcome, however few deliveries have it. */
export const readsAtMost = 10;
/** How many deliveries one of these reads looks at. */
export const largestRead = 100;

interface Place {
  /** The id of a delivery, before which the page begins. */
  before: string;
  limit: number;
}

interface Read<Delivery> {
  deliveries: Delivery[];
  /** Before which id the list goes on; absent at its end. */
  next?: string;
}

interface Listed<Delivery> extends Read<Delivery> {
  /** How many were looked at for a page that is short although the list goes on. */
  examined?: number;
  /** Until when such a page has looked back, epoch milliseconds. */
  looked_back_to?: number;
}

/** A page of deliveries, the latest first: all, or those with one of some outcomes, which it looks for in a thousand at most. */
export async function listDeliveries<Delivery extends { id: string; outcome: string }>(
  read: (place: Place) => Promise<Read<Delivery>>,
  { before, limit, outcome }: Place & { outcome?: readonly string[] | undefined },
): Promise<Listed<Delivery>> {
  if (outcome === undefined) return read({ before, limit });
  const found: Delivery[] = [];
  let examined = 0;
  let next: string | undefined = before;
  for (let reads = 0; next !== undefined && reads < readsAtMost; reads++) {
    const page: Read<Delivery> = await read({ before: next, limit: largestRead });
    for (const [i, delivery] of page.deliveries.entries()) {
      examined++;
      if (!outcome.includes(delivery.outcome)) continue;
      found.push(delivery);
      if (found.length < limit) continue;
      const isLast = i === page.deliveries.length - 1 && page.next === undefined;
      return { deliveries: found, ...(!isLast && { next: delivery.id }) };
    }
    next = page.next;
  }
  return {
    deliveries: found,
    ...(next !== undefined && { next, examined, looked_back_to: timeOfDeliveryId(next) }),
  };
}
