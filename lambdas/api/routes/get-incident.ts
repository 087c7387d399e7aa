import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { findIncident } from "../../core/operations/act-on-incident.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { incidentInFull } from "../../core/queries/list-incidents.ts";
import { IncidentSchema } from "../../core/queries/schemas/incidents.ts";

/** Returns one incident, with what the provider has answered for those who may see it. */
export async function handle(services: ApiServices, { params, scopes }: HttpRequest): Promise<HttpResponse> {
  const { product = "", env = "", id = "" } = params;
  requireScope(scopes, "jobs:read", { product, env });
  services.catalog.tenant(product, env);
  const incident = await findIncident(services.incidents, { product, env, id });
  return { status: 200, body: await incidentInFull(services, incident, scopes) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get an incident",
  description: "Answers an incident, with what the provider has answered to the job that failed last.",
  answers: { 200: { description: "The incident.", schema: IncidentSchema } },
  errors: ["PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "INCIDENT_NOT_FOUND"],
});
