import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { clockSkewMs } from "../../core/job/result-cache.ts";
import { invalidRequest } from "../../core/kernel/request-error.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { Services } from "../../core/operations/services.ts";
import { CacheTagField, cacheTagRule } from "../../core/requests/cache-tag.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";

/** Forgets the results of a cache tag. */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { params, query, scopes } = request;
  const { product = "", env = "", tag = "" } = params;
  requireScope(scopes, "jobs:write", params);
  services.catalog.tenant(product, env);
  if (!CacheTagField.safeParse(tag).success) throw invalidRequest([{ pointer: "/tag", detail: cacheTagRule }]);
  if (isDryRun(query)) return { status: 204 };
  await services.resultCache.clear({ product, env, tag }, services.clock.now() + clockSkewMs);
  await recordChange(services, auditCallerOf(request), { action: "cache.clear", product, env, target: tag });
  return { status: 204 };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Forget remembered results",
  description:
    "Results under this cache tag, of all events of the product and env, answer no other job any more: the next job with the tag is executed. The same holds for runs that are under way, and for those that begin within 10 s. The jobs themselves keep their results. Safe to repeat; a tag that no job has used is cleared all the same.",
  query: DryRunQuery,
  answers: { 204: { description: "The results are forgotten." } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
