import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { NoBody } from "../change-route.ts";
import { changeIncident, incidentDoc } from "../incident-route.ts";

/** Says that an incident was taken care of. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  parseOptionalBody(NoBody, request.body);
  return changeIncident(services, request, { do: "resolve" });
}

export const doc = () =>
  incidentDoc({
    summary: "Resolve an incident",
    description:
      "Says that something was done about it: it is silent, and the next failure opens it again and tells receivers that it came back. Safe to repeat.",
  });
