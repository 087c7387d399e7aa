import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { invalidRequest } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { FoundJobsSchema } from "../../core/queries/schemas/find.ts";
import { FindRequest } from "../../core/requests/find-request.ts";
import { findJobs } from "../find-route.ts";
import { aSummary } from "../schemas/examples.ts";

/** Finds jobs by a text that stands in no address, and so may be the value of a sealed field. */
export async function handle(services: ApiServices, { body, scopes }: HttpRequest): Promise<HttpResponse> {
  const { from, to, limit = requestLimits.defaultPage, ...asked } = parseBody(FindRequest, body);
  const times = {
    from: from === undefined ? undefined : epochMs(from),
    to: to === undefined ? undefined : epochMs(to),
  };
  if ((times.from ?? 0) >= (times.to ?? Number.POSITIVE_INFINITY))
    throw invalidRequest([{ pointer: "/to", detail: "must be after `from`" }]);
  return findJobs(services, { ...asked, ...times, limit }, { scopes, inBody: true });
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Find jobs by a value that stands in no address",
  description:
    "The same as GET /v1/find, and by the values of sealed fields too. It changes nothing. A key needs `jobs:input` for these.",
  body: {
    schema: FindRequest,
    examples: { sealed: { product_tag: "my-product", env: "prd", field: "customer", q: "ada@example.com" } },
  },
  answers: {
    200: {
      description: "A page of jobs.",
      schema: FoundJobsSchema,
      example: { found: [{ keys: [], fields: ["customer"], sealed: ["customer"], job: aSummary }] },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNAVAILABLE",
  ],
});
