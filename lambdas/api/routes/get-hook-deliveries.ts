import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { hookOutcomes } from "../../core/job/hook-delivery.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { hookDeliveryView } from "../../core/queries/hook-delivery-view.ts";
import { HookDeliveryListSchema } from "../../core/queries/schemas/hook-deliveries.ts";
import { deliveriesQuery, readDeliveries } from "../deliveries-page.ts";
import { hookIn, hookNamed } from "../hook-of.ts";

const Query = deliveriesQuery(hookOutcomes);

/** Returns what a provider has delivered to a hook, in pages, the latest first. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = hookNamed(services, request, "jobs:read");
  const { deliveries, ...next } = await readDeliveries(
    services.clock,
    { query: request.query, schema: Query, list: { deliveries: name } },
    (place) => services.hookDeliveries.page(name, place),
  );
  // What a hook has taken is shown although the catalog has lost it.
  if (deliveries.length === 0 && !next.next_cursor) hookIn(services, name);
  const body = {
    deliveries: deliveries.map(({ hasBody, ...delivery }) => hookDeliveryView(delivery, hasBody)),
    ...next,
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
