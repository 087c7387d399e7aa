import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { listedTenantsOf } from "../../core/access/tenants.ts";
import { defined } from "../../core/kernel/defined.ts";
import { listJobs, searchedShown } from "../../core/operations/list-jobs.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { limitWaits } from "../../core/queries/limit-waits.ts";
import { pausesFor } from "../../core/queries/pause-view.ts";
import { JobListSchema } from "../../core/queries/schemas/list.ts";
import { summaryOf } from "../../core/queries/view.ts";
import { ListParameters, Position } from "../list-query.ts";
import { parseQuery } from "../parse-query.ts";
import { aSummary } from "../schemas/examples.ts";
import { listWhere, withWhere } from "../where-query.ts";

/** Returns the jobs that match a filter, in pages. Without a product or env it lists all that the key has access to. */
export async function handle(services: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  const { catalog, jobs, pauses, gates, clock } = services;
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { cursor, limit, ...list } = parseQuery(ListParameters, withWhere(query));
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const now = clock.now();
  const { status, type, event, label, recurring, waiting, retrying, from, to, order } = list;
  const until = to === undefined ? undefined : to - 1;
  const page = {
    order,
    limit,
    ...defined({ status, type, event, label, recurring, waiting, retrying, from, until, after }),
  };
  const tenants = listedTenantsOf(catalog, scopes, list, "/query");
  const { where, created_from, created_to } = list;
  const made = { from: created_from, until: created_to === undefined ? undefined : created_to - 1 };
  const listed = where
    ? await listWhere(services, tenants, { values: where, ...made }, { scopes, query: page, now })
    : await listJobs(jobs, tenants, page, now);
  const [paused, limited] = await Promise.all([
    pausesFor({ pauses }, listed.jobs),
    limitWaits({ catalog, gates }, listed.jobs, now),
  ]);
  const summaries = listed.jobs.map((job) => {
    const summary = summaryOf(job, now, paused);
    return { ...summary, ...defined({ waiting_for: summary.waiting_for ?? limited.get(job.id) }) };
  });
  return {
    status: 200,
    body: {
      jobs: summaries,
      ...(listed.next && { next_cursor: encodeCursor(listed.next, list) }),
      ...searchedShown(listed),
    },
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List jobs",
  description:
    "Lists the latest jobs first, unless `order` is `asc`. Without `product_tag` or `env` it lists the jobs of all products and envs that the key has access to, if those are at most 20. One request looks at 1,000 jobs at most: a page that is short or even empty although more pages follow says how many it has looked at (`examined`) and how far that was (`looked_back_to`). Go on while there is a `next_cursor`.",
  query: ListParameters,
  answers: { 200: { description: "A page of jobs.", schema: JobListSchema, example: { jobs: [aSummary] } } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});
