import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { hookDeliveryInFull } from "../../core/queries/hook-delivery-view.ts";
import { HookDeliverySchema } from "../../core/queries/schemas/hook-deliveries.ts";
import { deliveryNamed, hookNamed } from "../hook-of.ts";

/** Returns one delivery, with what was sent for those who may see inputs. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = hookNamed(services, request, "jobs:read");
  const kept = await deliveryNamed(services, name, request.params.id);
  return { status: 200, body: hookDeliveryInFull(services.catalog, kept, request.scopes) };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Get a delivery of a hook",
  description: "Answers a delivery, with its body and headers to keys that may see inputs.",
  answers: { 200: { description: "The delivery.", schema: HookDeliverySchema } },
  errors: ["PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "DELIVERY_NOT_FOUND"],
});
