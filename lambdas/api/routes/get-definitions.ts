import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { listDefinitions } from "../../core/queries/list-definitions.ts";
import { DefinitionListSchema } from "../../core/queries/schemas/definition.ts";
import { parseQuery } from "../parse-query.ts";

const Query = strict({
  product_tag: z.string().min(1).max(requestLimits.name),
  event: z
    .string()
    .min(1)
    .max(requestLimits.event)
    .optional()
    .describe("One event, which the catalog may have lost. Default: every event of a feature that it has."),
});

/** Returns which definitions of features a product has had. */
export async function handle(services: Services, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag });
  const { product_tag, event } = parseQuery(Query, query);
  // A definition is that of every env: access to one of them is enough.
  tenantsOf(services.catalog, scopes, { product_tag }, "/query");
  const product = services.catalog.product(product_tag);
  return { status: 200, body: { definitions: await listDefinitions(services, product, event) } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List the definitions that features have had",
  description:
    "Lists what the events of a product have run by, by event and the latest first. `getDefinition` has what one says.",
  query: Query,
  answers: { 200: { description: "The definitions.", schema: DefinitionListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND"],
});
