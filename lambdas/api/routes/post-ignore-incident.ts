import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { defined } from "../../core/kernel/defined.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { invalidRequest } from "../../core/kernel/request-error.ts";
import { epochMs, farthestAheadMs } from "../../core/kernel/start-time.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { IgnoreRequest } from "../../core/requests/incident-request.ts";
import { changeIncident, incidentDoc } from "../incident-route.ts";

/** Lets nobody be told of an incident for a time, or until a rate. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { until: given, above_per_hour } = parseOptionalBody(IgnoreRequest, request.body) ?? {};
  const until = given === undefined ? undefined : epochMs(given);
  const now = services.clock.now();
  if (until !== undefined && (until <= now || until > now + farthestAheadMs)) {
    const detail = until <= now ? "must be in the future" : "is more than 5 years ahead";
    throw invalidRequest([{ pointer: "/until", detail }]);
  }
  return changeIncident(services, request, { do: "ignore", ...defined({ until, above_per_hour }) });
}

export const doc = () =>
  incidentDoc({
    summary: "Ignore an incident",
    description:
      "Lets nobody be told of an open incident, until a time, until more than so many fail within an hour, or until it is reopened. It is counted all the same.",
    body: { schema: IgnoreRequest, optional: true, examples: { night: { above_per_hour: 100 } } },
  });
