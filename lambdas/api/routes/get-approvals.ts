import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { approvalIdPattern } from "../../core/job/approval.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { approvalView, listApprovals } from "../../core/queries/list-approvals.ts";
import { ApprovalListSchema } from "../../core/queries/schemas/approvals.ts";
import { TenantParameters } from "../list-query.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const Query = strict({ ...TenantParameters, limit: Limit, cursor: Cursor.optional() });

const Position = z.string().regex(approvalIdPattern);

/** Returns the approvals that are open, in pages. */
export async function handle(services: Services, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...where } = parseQuery(Query, query);
  const list = { approvals: where };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const tenants = tenantsOf(services.catalog, scopes, where, "/query");
  const now = services.clock.now();
  const { approvals, next } = await listApprovals(services, tenants, { limit, after, now });
  const shown = approvals.map((approval) => approvalView(approval, scopes));
  return { status: 200, body: { approvals: shown, ...(next && { next_cursor: encodeCursor(next, list) }) } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List open approvals",
  description:
    "Lists the steps of runs that wait for the decision of a person, those of the runs that were made first at the beginning. Without `product_tag` or `env` it lists those of all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "A page of approvals.", schema: ApprovalListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
