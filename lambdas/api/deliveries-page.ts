import * as z from "zod";
import type { HttpRequest } from "../aws/http/route.ts";
import { deliveryIdPattern, firstDeliveryId } from "../core/job/hook-delivery.ts";
import { strict } from "../core/kernel/schema.ts";
import type { Clock } from "../core/ports/clock.ts";
import { decodeCursor, encodeCursor } from "../core/queries/cursor.ts";
import { listDeliveries } from "../core/queries/list-deliveries.ts";
import { oneOrMore } from "./list-query.ts";
import { Cursor, Limit, parseQuery } from "./parse-query.ts";

/** The query of a list of deliveries that can have these outcomes. */
export const deliveriesQuery = (outcomes: readonly [string, ...string[]]) =>
  strict({
    outcome: oneOrMore(outcomes)
      .optional()
      .describe("What came of them: one outcome or several, separated by commas. Default: any."),
    limit: Limit,
    cursor: Cursor.optional(),
  });

const Position = z.strictObject({ before: z.string().regex(deliveryIdPattern) });

/** The clocks of functions differ by less. */
const aheadMs = 60_000;

/** Reads a page of deliveries, the latest first. `list` names them: a cursor of others is refused. */
export async function readDeliveries<Delivery extends { id: string; outcome: string }>(
  clock: Clock,
  { query, schema, list }: { query: HttpRequest["query"]; schema: ReturnType<typeof deliveriesQuery>; list: object },
  read: Parameters<typeof listDeliveries<Delivery>>[0],
) {
  const { cursor, limit, outcome } = parseQuery(schema, query);
  const asked = { ...list, outcome };
  const latest = firstDeliveryId(clock.now() + aheadMs);
  const before = cursor === undefined ? latest : decodeCursor(Position, cursor, asked).before;
  const { next, ...page } = await listDeliveries(read, { before, limit, outcome });
  return { ...page, ...(next !== undefined && { next_cursor: encodeCursor({ before: next }, asked) }) };
}
