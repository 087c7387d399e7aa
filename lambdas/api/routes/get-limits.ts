import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import { keptKey } from "../../core/expressions/keys.ts";
import { strict } from "../../core/kernel/schema.ts";
import { longestTag } from "../../core/kernel/tag.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { LimitListSchema } from "../../core/queries/schemas/limits.ts";
import { limitsIn, shownLimits } from "../limit-of.ts";
import { TenantParameters } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";

const longestKey = 1000;

const Query = strict({
  ...TenantParameters,
  name: z.string().min(1).max(longestTag).optional().describe("Only the limit of this name."),
  key: z
    .string()
    .max(longestKey)
    .optional()
    .describe("A key whose gate is shown although no job waits there, as `waiting_for` has it."),
});

/** Returns the limits of the catalog that the key has access to, with what is going on at their gates. */
export async function handle(services: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { name, key, ...tenant } = parseQuery(Query, query);
  const limits = [];
  for (const { product, env } of tenantsOf(services.catalog, scopes, tenant, "/query")) {
    const asked = limitsIn(services.catalog.product(product), env).filter((one) => (name ?? one.name) === one.name);
    if (asked.length === 0) continue;
    limits.push(...(await shownLimits(services, { product, env }, asked, { key: key && keptKey(key) })));
  }
  return { status: 200, body: { limits } };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "List limits with what holds their slots and what stands in line",
  description:
    "Lists the limits in the order of the catalog: the numbers that hold now, the pin if there is one, and the gates at which jobs wait for a slot or a start. How long a long line is and when a line ends are estimates: a line is counted once a minute. Keys come from inputs, and are shown to every key with `jobs:read`; those of fields that an event hides are hashes. Without `product_tag` or `env` it lists those of all products and envs that the key has access to.",
  query: Query,
  answers: { 200: { description: "The limits.", schema: LimitListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
