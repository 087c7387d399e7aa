import type { HttpRequest } from "../aws/http/route.ts";
import { requireScope, type Verb } from "../core/access/scopes.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import type { SentDelivery } from "../core/catalog/sent-delivery.ts";
import { type EndpointName, endpointsOf, type ProductEndpoint } from "../core/catalog/webhook.ts";
import { isDeliveryId } from "../core/job/hook-delivery.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { didYouMean } from "../core/kernel/schema.ts";
import type { ApiServices } from "../core/operations/services.ts";

/** The endpoint that a path names. Throws WEBHOOK_NOT_FOUND with the nearest known name unless the catalog has it. */
export function endpointIn(
  catalog: Catalog,
  { product = "", env = "", webhook = "" }: HttpRequest["params"],
): ProductEndpoint {
  const own = endpointsOf([catalog.tenant(product, env)]).filter((one) => one.env === env);
  const found = own.find((one) => one.webhook === webhook);
  if (found) return found;
  const hint = didYouMean(
    webhook,
    own.map((one) => one.webhook),
  );
  throw new RequestError("WEBHOOK_NOT_FOUND", `Product ${product} has no such webhook in env ${env}.${hint}`);
}

/** The endpoint that a path names, if the caller may do this to it. The catalog may have lost it since. */
export function endpointNamed(
  { catalog }: Pick<ApiServices, "catalog">,
  { params, scopes }: HttpRequest,
  verb: Verb,
): EndpointName {
  const { product = "", env = "", webhook = "" } = params;
  requireScope(scopes, verb, { product, env });
  catalog.tenant(product, env);
  // No catalog ever had such a name, and no key of the table may be as long as a path.
  if (webhook.length > requestLimits.name) endpointIn(catalog, params);
  return { product, env, webhook };
}

/** The delivery that a path names. */
export async function sentNamed(
  { sentDeliveries }: Pick<ApiServices, "sentDeliveries">,
  name: EndpointName,
  id = "",
): Promise<SentDelivery> {
  const sent = isDeliveryId(id) ? await sentDeliveries.get(name, id) : undefined;
  if (sent) return sent;
  throw new RequestError(
    "DELIVERY_NOT_FOUND",
    "The webhook has no delivery of this id. Deliveries are deleted 30 days after their last attempt, or with finished jobs if these are kept for less.",
  );
}
