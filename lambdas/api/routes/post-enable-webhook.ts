import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { type AuditChange, auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import type { Disabled } from "../../core/catalog/endpoint-state.ts";
import type { ProductEndpoint } from "../../core/catalog/webhook.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { WebhookSchema } from "../../core/queries/schemas/webhooks.ts";
import { webhookView } from "../../core/queries/webhook-view.ts";
import { NoBody } from "../change-route.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { endpointIn } from "../webhook-of.ts";

/** Lets a disabled webhook endpoint receive events again, and answers it. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { catalog, endpoints } = services;
  const { params, body, query, scopes } = request;
  requireScope(scopes, "jobs:admin", params);
  parseOptionalBody(NoBody, body);
  const endpoint = endpointIn(catalog, params);
  const dryRun = isDryRun(query);
  const before = dryRun ? undefined : await endpoints.get(endpoint);
  if (!dryRun) await endpoints.enable(endpoint);
  if (before?.disabled) await recordChange(services, auditCallerOf(request), enabling(endpoint, before.disabled));
  const state = await endpoints.get(endpoint);
  // Its failures are forgotten with it.
  return { status: 200, body: webhookView(endpoint, dryRun && state?.disabled ? undefined : state) };
}

const enabling = ({ product, env, webhook }: ProductEndpoint, disabled: Disabled): AuditChange => ({
  action: "webhook.enable",
  ...{ product, env, target: webhook },
  before: { disabled_at: disabled.at, reason: disabled.reason },
});

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Enable a disabled webhook endpoint",
  description:
    "Lets a webhook endpoint that was disabled receive events again. An endpoint that is not disabled stays as it is. Safe to repeat. Events that were dropped meanwhile are not sent.",
  query: DryRunQuery,
  body: { schema: NoBody, optional: true },
  answers: { 200: { description: "The endpoint afterwards.", schema: WebhookSchema } },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "WEBHOOK_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
