import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { strict } from "../../core/kernel/schema.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { FoundJobsSchema } from "../../core/queries/schemas/find.ts";
import { findFields } from "../../core/requests/find-request.ts";
import { findJobs } from "../find-route.ts";
import { TenantParameters } from "../list-query.ts";
import { Cursor, Limit, parseQuery, QueryTime } from "../parse-query.ts";
import { aSummary } from "../schemas/examples.ts";

const Query = strict({
  ...TenantParameters,
  ...findFields,
  from: QueryTime.transform(epochMs)
    .optional()
    .describe("When the job was made, or with `status` has failed: inclusive. Default: any time."),
  to: QueryTime.transform(epochMs).optional().describe("The same, exclusive."),
  limit: Limit,
  cursor: Cursor.optional(),
}).refine(({ from = 0, to = Number.POSITIVE_INFINITY }) => !(from >= to), {
  path: ["to"],
  message: "must be after `from`",
});

/** Finds jobs by a text that may stand in an address. */
export const handle = (services: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> =>
  findJobs(services, parseQuery(Query, query), { scopes, inBody: false });

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Find jobs by an id, a key or a value",
  description:
    "Finds the jobs that a text names, and those that have it as the value of a field by which the catalog has them found (`search` of an event). Fields need `jobs:input`, unless they are public; sealed ones are found by POST only. What names a job stands on the first page, before the others. It costs the same however many jobs there are.",
  query: Query,
  answers: {
    200: {
      description: "A page of jobs.",
      schema: FoundJobsSchema,
      example: { found: [{ keys: [], fields: ["order"], job: aSummary }] },
    },
  },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "UNAVAILABLE"],
});
