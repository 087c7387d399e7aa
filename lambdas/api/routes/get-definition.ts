import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { definitionIdPattern } from "../../core/catalog/feature-definition.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import type { Services } from "../../core/operations/services.ts";
import type { KeptDefinition } from "../../core/ports/definitions.ts";
import { definitionView, presentDefinition } from "../../core/queries/definition-view.ts";
import { DefinitionSchema } from "../../core/queries/schemas/definition.ts";

/** Returns what a feature said when runs of it began, and what the present catalog says otherwise. */
export async function handle(
  { catalog, definitions }: Services,
  { params, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", {});
  const { id = "" } = params;
  const seen = (one?: KeptDefinition) => one && definitionView(catalog, { id, ...one }, scopes);
  const isId = definitionIdPattern.test(id);
  const view = isId ? (seen(await definitions.find(id)) ?? seen(presentDefinition(catalog, id))) : undefined;
  if (!view) throw new RequestError("DEFINITION_NOT_FOUND", "There is no definition with this id.");
  return { status: 200, body: view };
}

export const doc = (): RouteDoc => ({
  tag: "catalog",
  summary: "Get the definition that runs of a feature keep",
  description:
    "Shows what a feature said when runs of it began, and in what the present catalog differs. A job of a feature has the id as `definition.id`.",
  answers: { 200: { description: "The definition.", schema: DefinitionSchema } },
  errors: ["DEFINITION_NOT_FOUND"],
});
