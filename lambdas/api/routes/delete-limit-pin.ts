import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { pinChange } from "../../core/operations/audited-fields.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { wakeGates } from "../../core/operations/tick.ts";
import { LimitSchema } from "../../core/queries/schemas/limits.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { limitIn, pinOfLimit, shownLimits } from "../limit-of.ts";

/** Removes the pin of a limit, lets those in line follow the numbers of the catalog, and returns the limit. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { params, query, scopes } = request;
  requireScope(scopes, "jobs:admin", params);
  const named = limitIn(services, params);
  const tenant = { product: named.product.tag, env: named.env };
  const dryRun = isDryRun(query);
  const pinned = dryRun ? undefined : await pinOfLimit(services, tenant, named.name);
  if (!dryRun) await services.gates.unpin({ ...tenant, limit: named.name });
  if (pinned) await recordChange(services, auditCallerOf(request), pinChange(tenant, named.name, pinned, undefined));
  const unpinnedAt = services.clock.now();
  if (!dryRun) await wakeGates(services, tenant, named.name);
  const [shown] = await shownLimits(services, tenant, [named], { unpinnedAt, ...(dryRun && { pin: undefined }) });
  return { status: 200, body: shown };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Unpin a limit",
  description:
    "The numbers of the catalog hold again: for every consumer from `in_force_at`, 5 seconds later, and for jobs in line as with a pin. A limit that is not pinned stays as it is. Safe to repeat.",
  query: DryRunQuery,
  answers: { 200: { description: "The limit afterwards.", schema: LimitSchema } },
  errors: ["PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "LIMIT_NOT_FOUND"],
});
