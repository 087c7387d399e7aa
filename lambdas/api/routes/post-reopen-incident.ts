import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { NoBody } from "../change-route.ts";
import { changeIncident, incidentDoc } from "../incident-route.ts";

/** Lets an incident be told again. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  parseOptionalBody(NoBody, request.body);
  return changeIncident(services, request, { do: "reopen" });
}

export const doc = () =>
  incidentDoc({
    summary: "Reopen an incident",
    description:
      "Ends that an incident is ignored, or takes back that it was resolved: the next failure is told. Safe to repeat.",
  });
