import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { sentOutcomes } from "../../core/catalog/sent-delivery.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { WebhookDeliveryListSchema } from "../../core/queries/schemas/webhook-deliveries.ts";
import { webhookDeliveryView } from "../../core/queries/webhook-delivery-view.ts";
import { deliveriesQuery, readDeliveries } from "../deliveries-page.ts";
import { endpointIn, endpointNamed } from "../webhook-of.ts";

const Query = deliveriesQuery(sentOutcomes);

/** Returns what was sent to an endpoint, in pages, the latest events first. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = endpointNamed(services, request, "jobs:read");
  const { deliveries, ...next } = await readDeliveries(
    services.clock,
    { query: request.query, schema: Query, list: { sent: name } },
    (place) => services.sentDeliveries.page(name, place),
  );
  // What was sent is shown although the catalog has lost the endpoint.
  if (deliveries.length === 0 && !next.next_cursor) endpointIn(services.catalog, request.params);
  return { status: 200, body: { deliveries: deliveries.map(webhookDeliveryView), ...next } };
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
