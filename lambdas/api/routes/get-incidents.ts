import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { listedTenantsOf } from "../../core/access/tenants.ts";
import { incidentStates } from "../../core/job/incident.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { type IncidentPosition, incidentView, listIncidents } from "../../core/queries/list-incidents.ts";
import { IncidentListSchema } from "../../core/queries/schemas/incidents.ts";
import { oneOrMore, TenantParameters } from "../list-query.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const Query = strict({
  ...TenantParameters,
  state: oneOrMore(incidentStates)
    .optional()
    .describe("One state or several, separated by commas. Default: all of them."),
  limit: Limit,
  cursor: Cursor.optional(),
});

const Position: z.ZodType<IncidentPosition> = z.strictObject({ at: z.int(), key: z.string() });

/** Returns what goes wrong, and what did, in pages. */
export async function handle(
  { catalog, incidents }: ApiServices,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...where } = parseQuery(Query, query);
  const list = { incidents: where };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const tenants = listedTenantsOf(catalog, scopes, where, "/query");
  const { state: states = incidentStates } = where;
  const { incidents: found, next, examined } = await listIncidents(incidents, tenants, { states, limit, after });
  const body = {
    incidents: found.map(incidentView),
    ...(examined !== undefined && { examined }),
    ...(next && { next_cursor: encodeCursor(next, list) }),
  };
  return { status: 200, body };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List incidents",
  description:
    "Lists what goes wrong in products with alerts, and what did in the last 90 days: causes for which attempts fail, and schedules whose runs do not complete. Those that failed last come first. Without `product_tag` it lists those of all products and envs that the key has access to, at most 20.",
  query: Query,
  answers: { 200: { description: "A page of incidents.", schema: IncidentListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
