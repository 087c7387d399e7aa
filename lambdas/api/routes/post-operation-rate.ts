import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { RateRequest } from "../../core/requests/operation-request.ts";
import { isDryRun } from "../dry-run.ts";
import { changeOperation, operationDoc } from "../operation-route.ts";

/** Gives an operation another rate. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  // The query is looked at before the body, as everywhere.
  isDryRun(request.query);
  return changeOperation(services, request, { do: "rate", ...parseBody(RateRequest, request.body) });
}

export const doc = () =>
  operationDoc({
    summary: "Change the rate of an operation",
    description: "Takes effect with the next 5 s of its work.",
    body: { schema: RateRequest, examples: { slower: { rate_per_second: 2 } } },
  });
