import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { deliveryIdPattern, firstDeliveryId } from "../../core/job/hook-delivery.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { WebhookDeliveryListSchema } from "../../core/queries/schemas/webhook-deliveries.ts";
import { webhookDeliveryView } from "../../core/queries/webhook-delivery-view.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";
import { endpointIn, endpointNamed } from "../webhook-of.ts";

const Query = strict({ limit: Limit, cursor: Cursor.optional() });

const Position = z.strictObject({ before: z.string().regex(deliveryIdPattern) });

/** The clocks of functions differ by less. */
const aheadMs = 60_000;

/** Answers what was sent to an endpoint, in pages, the latest events first. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = endpointNamed(services, request, "jobs:read");
  const { cursor, limit } = parseQuery(Query, request.query);
  const list = { sent: name };
  const latest = firstDeliveryId(services.clock.now() + aheadMs);
  const before = cursor === undefined ? latest : decodeCursor(Position, cursor, list).before;
  const { deliveries, next } = await services.sentDeliveries.page(name, { before, limit });
  // What was sent is shown although the catalog has lost the endpoint.
  if (deliveries.length === 0 && next === undefined) endpointIn(services.catalog, request.params);
  const body = {
    deliveries: deliveries.map(webhookDeliveryView),
    ...(next !== undefined && { next_cursor: encodeCursor({ before: next }, list) }),
  };
  return { status: 200, body };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List what was sent to a webhook endpoint",
  description:
    "Lists the events that were told to an endpoint, the latest first, with each attempt. They are kept for 30 days after the last one, or as long as finished jobs if that is less.",
  query: Query,
  answers: { 200: { description: "A page of deliveries.", schema: WebhookDeliveryListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "WEBHOOK_NOT_FOUND"],
});
