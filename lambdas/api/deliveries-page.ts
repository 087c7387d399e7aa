import * as z from "zod";
import type { HttpRequest } from "../aws/http/route.ts";
import { deliveryIdPattern, firstDeliveryId } from "../core/job/hook-delivery.ts";
import { strict } from "../core/kernel/schema.ts";
import type { Clock } from "../core/ports/clock.ts";
import { decodeCursor, encodeCursor } from "../core/queries/cursor.ts";
import { Cursor, Limit, parseQuery } from "./parse-query.ts";

export const DeliveriesQuery = strict({ limit: Limit, cursor: Cursor.optional() });

const Position = z.strictObject({ before: z.string().regex(deliveryIdPattern) });

/** The clocks of functions differ by less. */
const aheadMs = 60_000;

interface Place {
  /** The id of a delivery, before which the page begins. */
  before: string;
  limit: number;
}

/** Reads a page of deliveries, the latest first. `list` names them: a cursor of others is refused. */
export async function readDeliveries<Delivery>(
  clock: Clock,
  { query }: HttpRequest,
  list: object,
  read: (place: Place) => Promise<{ deliveries: Delivery[]; next?: string }>,
): Promise<{ deliveries: Delivery[]; next_cursor?: string }> {
  const { cursor, limit } = parseQuery(DeliveriesQuery, query);
  const latest = firstDeliveryId(clock.now() + aheadMs);
  const before = cursor === undefined ? latest : decodeCursor(Position, cursor, list).before;
  const { deliveries, next } = await read({ before, limit });
  return { deliveries, ...(next !== undefined && { next_cursor: encodeCursor({ before: next }, list) }) };
}
