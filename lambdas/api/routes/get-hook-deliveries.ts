import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { deliveryIdPattern, firstDeliveryId } from "../../core/job/hook-delivery.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { hookDeliveryView } from "../../core/queries/hook-delivery-view.ts";
import { HookDeliveryListSchema } from "../../core/queries/schemas/hook-deliveries.ts";
import { hookIn, hookNamed } from "../hook-of.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const Query = strict({ limit: Limit, cursor: Cursor.optional() });

const Position = z.strictObject({ before: z.string().regex(deliveryIdPattern) });

/** The clocks of functions differ by less. */
const aheadMs = 60_000;

/** Answers what a provider has delivered to a hook, in pages, the latest first. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = hookNamed(services, request, "jobs:read");
  const { cursor, limit } = parseQuery(Query, request.query);
  const list = { deliveries: name };
  const latest = firstDeliveryId(services.clock.now() + aheadMs);
  const before = cursor === undefined ? latest : decodeCursor(Position, cursor, list).before;
  const { deliveries, next } = await services.hookDeliveries.page(name, { before, limit });
  // What a hook has taken is shown although the catalog has lost it.
  if (deliveries.length === 0 && next === undefined) hookIn(services, name);
  const body = {
    deliveries: deliveries.map(({ hasBody, ...delivery }) => hookDeliveryView(delivery, hasBody)),
    ...(next !== undefined && { next_cursor: encodeCursor({ before: next }, list) }),
  };
  return { status: 200, body };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List what a provider has delivered to a hook",
  description:
    "Lists the deliveries whose signature was right, the latest first, with what came of each. They are kept for 30 days, or as long as finished jobs if that is less.",
  query: Query,
  answers: { 200: { description: "A page of deliveries.", schema: HookDeliveryListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "HOOK_NOT_FOUND"],
});
