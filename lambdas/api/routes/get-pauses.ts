import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { hasAccess, requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { listPauses } from "../../core/queries/pause-view.ts";
import { PauseListSchema } from "../../core/queries/schemas/pauses.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict(TenantParameters);

/** Returns the pauses that hold jobs, and those whose jobs are still starting, the latest first. */
export async function handle(services: Services, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const where = parseQuery(Query, query);
  // A product that the catalog has lost may have a pause, which must be seen to be ended.
  if (where.product_tag !== undefined || where.env !== undefined) tenantsOf(services.catalog, scopes, where, "/query");
  const shown = await listPauses(
    services,
    (pause) =>
      hasAccess(scopes, pause) &&
      (where.product_tag ?? pause.product) === pause.product &&
      (where.env === undefined || (pause.env ?? where.env) === where.env),
  );
  return { status: 200, body: { pauses: shown } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List pauses",
  description:
    "Lists the pauses that hold jobs, and those that have ended and whose jobs are still starting, the latest first, at most 100. With `env` it lists the pauses that apply there, those of every env included. Without `product_tag` or `env` it lists those of all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "The pauses.", schema: PauseListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
