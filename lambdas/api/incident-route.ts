import type { HttpRequest, HttpResponse } from "../aws/http/route.ts";
import { auditCallerOf } from "../core/access/audit-entry.ts";
import { callerOf } from "../core/access/calling-actor.ts";
import { requireScope } from "../core/access/scopes.ts";
import type { Incident, IncidentAction } from "../core/job/incident.ts";
import { actOnIncident } from "../core/operations/act-on-incident.ts";
import { incidentChange } from "../core/operations/audited-fields.ts";
import { recordChange } from "../core/operations/record-change.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { incidentView } from "../core/queries/list-incidents.ts";
import { IncidentSchema } from "../core/queries/schemas/incidents.ts";
import { changeDocOf } from "./change-route.ts";
import { isDryRun } from "./dry-run.ts";

/** Does to an incident what a request asks for, and returns what it is then. */
export async function changeIncident(
  services: ApiServices,
  request: HttpRequest,
  action: IncidentAction,
): Promise<HttpResponse> {
  const { product = "", env = "", id = "" } = request.params;
  requireScope(request.scopes, "jobs:write", { product, env });
  services.catalog.tenant(product, env);
  const how = {
    caller: callerOf(request),
    isDry: isDryRun(request.query),
    onChanged: (before: Incident, after: Incident) =>
      recordChange(services, auditCallerOf(request), incidentChange(action, before, after)),
  };
  const incident = await actOnIncident(services, { product, env, id }, action, how);
  return { status: 200, body: incidentView(incident) };
}

/** What the document says of such a route. */
export const incidentDoc = changeDocOf(
  { description: "The incident afterwards, or as it would be with `dry_run`.", schema: IncidentSchema },
  [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "INCIDENT_NOT_FOUND",
    "STATE_CONFLICT",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
  ],
);
