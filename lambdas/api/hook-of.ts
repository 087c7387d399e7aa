import type { HttpRequest } from "../aws/http/route.ts";
import { requireScope, type Verb } from "../core/access/scopes.ts";
import { longestHookName } from "../core/catalog/hook-schema.ts";
import { type FoundHook, findHook, hooksOf } from "../core/catalog/hooks.ts";
import { type HookName, isDeliveryId, type KeptDelivery } from "../core/job/hook-delivery.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { didYouMean } from "../core/kernel/schema.ts";
import type { ApiServices } from "../core/operations/services.ts";

/** The hook that a path names, if the caller may do this to it. The catalog may have lost it since. */
export function hookNamed(
  { catalog }: Pick<ApiServices, "catalog">,
  { params: { product = "", env = "", hook = "" }, scopes }: HttpRequest,
  verb: Verb,
): HookName {
  requireScope(scopes, verb, { product, env });
  catalog.tenant(product, env);
  const name = { product, env, hook };
  // No catalog ever had such a name, and no key of the table may be as long as a path.
  if (hook.length > longestHookName) hookIn({ catalog }, name);
  return name;
}

/** Throws HOOK_NOT_FOUND with the nearest known name unless the catalog has it. */
export function hookIn({ catalog }: Pick<ApiServices, "catalog">, { product, env, hook }: HookName): FoundHook {
  const found = findHook(catalog.products, { product, env, name: hook });
  if (found) return found;
  const hint = didYouMean(hook, Object.keys(hooksOf(catalog.product(product))));
  throw new RequestError("HOOK_NOT_FOUND", `Product ${product} has no such hook in env ${env}.${hint}`);
}

/** The delivery that a path names. */
export async function deliveryNamed(
  { hookDeliveries }: Pick<ApiServices, "hookDeliveries">,
  name: HookName,
  id = "",
): Promise<KeptDelivery> {
  const kept = isDeliveryId(id) ? await hookDeliveries.get(name, id) : undefined;
  if (kept) return kept;
  throw new RequestError(
    "DELIVERY_NOT_FOUND",
    "The hook has no delivery of this id. Deliveries are deleted after 30 days, or with finished jobs if these are kept for less.",
  );
}
