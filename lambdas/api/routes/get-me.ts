import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { roleOf } from "../../core/access/roles.ts";
import { verbsOf } from "../../core/access/scopes.ts";
import { defined } from "../../core/kernel/defined.ts";
import { version } from "../../core/kernel/version.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { MeSchema } from "../../core/queries/schemas/me.ts";
import { aKey } from "../schemas/examples.ts";

/** Returns who the caller is and what its key may do, so that a page need not offer what would be refused. */
export async function handle(
  { deployment }: Pick<ApiServices, "deployment">,
  { caller, name, scopes, expires_at, person }: HttpRequest,
): Promise<HttpResponse> {
  const { products, envs } = scopes;
  const own = defined({ name, role: roleOf(scopes), person, expires_at });
  const me = { caller, ...own, verbs: verbsOf(scopes), products, envs, version };
  return { status: 200, body: { ...me, ...defined({ aws: deployment }) } };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Get what the key may do",
  description:
    "Any key may ask. In AWS the answer names the resources of the deployment, for links to the AWS console.",
  answers: { 200: { description: "The key, its scopes and the deployment.", schema: MeSchema, example: aKey } },
  errors: [],
});
