import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { pinChange } from "../../core/operations/audited-fields.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { wakeGates } from "../../core/operations/tick.ts";
import { LimitSchema } from "../../core/queries/schemas/limits.ts";
import { PinRequest, pinOf } from "../../core/requests/pin-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { limitIn, pinOfLimit, shownLimits } from "../limit-of.ts";

/** Pins other numbers for a limit until a time, lets those in line follow them, and returns the limit. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { params, body, query, scopes } = request;
  requireScope(scopes, "jobs:admin", params);
  const named = limitIn(services, params);
  const tenant = { product: named.product.tag, env: named.env };
  const dryRun = isDryRun(query);
  const pin = pinOf(body, services.clock.now());
  if (!dryRun) {
    const before = await pinOfLimit(services, tenant, named.name);
    await services.gates.pin({ ...tenant, limit: named.name }, pin);
    await recordChange(services, auditCallerOf(request), pinChange(tenant, named.name, before, pin));
    await wakeGates(services, tenant, named.name);
  }
  const [shown] = await shownLimits(services, tenant, [named], dryRun ? { pin } : {});
  return { status: 200, body: shown };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Pin other numbers for a limit",
  description:
    "Replaces the numbers of a limit until a time, or those of an earlier pin. Numbers that the request leaves out stay those of the catalog. Every consumer follows them from `in_force_at`, 5 seconds later; jobs in line follow at once at the first 100 keys with a line, and at all others within a minute. A limit that is lowered lets attempts finish that are running. Safe to repeat.",
  query: DryRunQuery,
  body: { schema: PinRequest },
  answers: { 200: { description: "The limit afterwards.", schema: LimitSchema } },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "LIMIT_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
});
