import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { WebhookDeliverySchema } from "../../core/queries/schemas/webhook-deliveries.ts";
import { webhookDeliveryInFull } from "../../core/queries/webhook-delivery-view.ts";
import { endpointNamed, sentNamed } from "../webhook-of.ts";

/** Returns one delivery with its body, and with what was answered for those who may see inputs. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const name = endpointNamed(services, request, "jobs:read");
  const sent = await sentNamed(services, name, request.params.id);
  return { status: 200, body: webhookDeliveryInFull(sent, request.scopes) };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Get a delivery to a webhook endpoint",
  description:
    "Answers a delivery with its body, and with what the receiver has answered last to keys that may see inputs.",
  answers: { 200: { description: "The delivery.", schema: WebhookDeliverySchema } },
  errors: ["PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "DELIVERY_NOT_FOUND"],
});
