import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { type AuditChange, auditCallerOf } from "../../core/access/audit-entry.ts";
import { mostSentAttempts, type SentDelivery } from "../../core/catalog/sent-delivery.ts";
import { endpointGroupOf } from "../../core/catalog/webhook.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { WebhookDeliverySchema } from "../../core/queries/schemas/webhook-deliveries.ts";
import { webhookDeliveryView } from "../../core/queries/webhook-delivery-view.ts";
import { NoBody } from "../change-route.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { endpointIn, endpointNamed, sentNamed } from "../webhook-of.ts";

/** Has a delivery sent again, with the same body and `webhook-id`, to where the endpoint is now. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { catalog, endpoints, webhooks, clock } = services;
  const name = endpointNamed(services, request, "jobs:write");
  parseOptionalBody(NoBody, request.body);
  const isDry = isDryRun(request.query);
  const sent = await sentNamed(services, name, request.params.id);
  const endpoint = endpointIn(catalog, request.params);
  if ((await endpoints.get(endpoint))?.disabled)
    throw new RequestError("STATE_CONFLICT", "The endpoint is disabled: enable it first, or nothing would be sent.");
  if (sent.attempts.length >= mostSentAttempts)
    throw new RequestError(
      "STATE_CONFLICT",
      `This delivery has ${sent.attempts.length} attempts, and is not sent again: its record would grow without end.`,
    );
  const now = clock.now();
  if (!isDry) {
    const again = { v: 1 as const, ...sent.message, attempt: 1, due_at: now };
    await webhooks.send(again, { delaySeconds: 0, group: endpointGroupOf(name) });
    await recordChange(services, auditCallerOf(request), resending(sent));
  }
  const body = { ...webhookDeliveryView(sent), outcome: "retrying" as const, next_at: now };
  return { status: isDry ? 200 : 202, body };
}

/** Which event was sent again. */
const resending = ({ product, env, webhook, id, message }: SentDelivery): AuditChange => ({
  action: "webhook.resend",
  ...{ product, env, target: webhook },
  ...(typeof message.data.job_id === "string" && { jobs: [message.data.job_id] }),
  after: { delivery: id, webhook_id: message.id },
});

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Send a delivery to a webhook endpoint again",
  description:
    "Has a delivery sent again, with the same body and `webhook-id`, by which its receiver knows it, to the URL that the endpoint has now. It is tried again as a new one is. Each request sends it once more.",
  query: DryRunQuery,
  body: { schema: NoBody, optional: true },
  answers: {
    202: { description: "It is sent in a moment.", schema: WebhookDeliverySchema },
    200: { description: "What it would be, with `dry_run`.", schema: WebhookDeliverySchema },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "WEBHOOK_NOT_FOUND",
    "DELIVERY_NOT_FOUND",
    "STATE_CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
