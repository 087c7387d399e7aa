import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditActions, auditIdPattern, firstAuditId, timeOfAuditId } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { dayMs } from "../../core/kernel/duration-ms.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import { mostAuditDays } from "../../core/operations/api-limits.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { auditEntryView, auditFilter, listAudit, seesDeployment } from "../../core/queries/list-audit.ts";
import { AuditListSchema } from "../../core/queries/schemas/audit.ts";
import { oneOrMore, TenantParameters } from "../list-query.ts";
import { Cursor, Limit, parseQuery, QueryTime } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  action: oneOrMore(auditActions)
    .optional()
    .describe("What was done: one action or several, separated by commas. Default: any."),
  actor: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe(
      "Who it was, to the letter: the id or the name of a key, the id of an IAM identity, or the address, the name or the `sub` of a person. Default: anybody.",
    ),
  target: z
    .string()
    .min(1)
    .max(requestLimits.name)
    .optional()
    .describe(
      "What was changed: its id or name, or the id of a job that a bulk change has changed. Default: anything.",
    ),
  from: QueryTime.transform(epochMs).optional().describe("Inclusive. Default: as long ago as entries are kept."),
  to: QueryTime.transform(epochMs).optional().describe("Exclusive. Default: now."),
  limit: Limit,
  cursor: Cursor.optional(),
}).refine(({ from = 0, to = Number.POSITIVE_INFINITY }) => !(from >= to), {
  path: ["to"],
  message: "must be after `from`",
});

const Position = z.strictObject({ before: z.string().regex(auditIdPattern) });

/** The clocks of functions differ by less. */
const aheadMs = 60_000;

/** Returns who has changed what, in pages, the latest first. */
export async function handle(
  { audit, catalog, clock, limits }: ApiServices,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "audit:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...where } = parseQuery(Query, query);
  const list = { audit: where };
  const { product_tag, env, from, to } = where;
  const now = clock.now();
  const latest = firstAuditId(Math.min(to ?? now + aheadMs, now + aheadMs));
  const before = cursor === undefined ? latest : decodeCursor(Position, cursor, list).before;
  const products = new Set(tenantsOf(catalog, scopes, where, "/query").map(({ product }) => product));
  const isOfAll = product_tag === undefined && env === undefined && seesDeployment(scopes);
  const { entries, next, examined } = await listAudit(audit, {
    products: [...products, ...(isOfAll ? [undefined] : [])],
    from: Math.max(from ?? now - limits.auditDays * dayMs, now - mostAuditDays * dayMs),
    before,
    limit,
    passes: auditFilter(scopes, where),
  });
  const body = {
    entries: entries.map(auditEntryView),
    ...(next !== undefined && { next_cursor: encodeCursor({ before: next }, list) }),
    ...(next !== undefined && examined !== undefined && { examined, looked_back_to: timeOfAuditId(next) }),
  };
  return { status: 200, body };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "List who has changed what",
  description:
    "Lists the changes of callers, the latest first: of jobs after their creation, of pauses, limits, incidents and webhooks, decisions and signals; and to keys of all products and envs, those of keys and who has signed in and out. Without `product_tag` it lists those of all products that the key has access to. Entries are kept for 400 days, unless the deployment says otherwise.",
  query: Query,
  answers: { 200: { description: "A page of changes.", schema: AuditListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
