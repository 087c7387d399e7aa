import type { HttpRequest } from "../aws/http/route.ts";
import type { Tenant } from "../core/access/tenants.ts";
import { ownValue } from "../core/catalog/catalog.ts";
import type { Product } from "../core/catalog/job-type.ts";
import type { Limit } from "../core/catalog/limit.ts";
import { defined } from "../core/kernel/defined.ts";
import { inParallel, readsAtOnce } from "../core/kernel/in-parallel.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { didYouMean } from "../core/kernel/schema.ts";
import type { GateName } from "../core/limits/gate.ts";
import { type Pin, ruleInForce } from "../core/limits/limit-rule.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { gateView, type LimitView, limitView } from "../core/queries/limit-view.ts";

/** The most gates of a limit that an answer shows. */
const mostGates = 50;

interface NamedLimit {
  product: Product;
  env: string;
  name: string;
  limit: Limit;
}

/** The limit that a path names. Throws PRODUCT_NOT_FOUND, ENV_NOT_FOUND or LIMIT_NOT_FOUND with the nearest known name. */
export function limitIn(
  { catalog }: ApiServices,
  { product = "", env = "", name = "" }: HttpRequest["params"],
): NamedLimit {
  const found = catalog.tenant(product, env);
  const limit = ownValue(found.limits ?? {}, name);
  if (limit) return { product: found, env, name, limit };
  const hint = didYouMean(name, Object.keys(found.limits ?? {}));
  throw new RequestError("LIMIT_NOT_FOUND", `Product ${product} has no such limit.${hint}`);
}

/** The limits of a product in one env. */
export const limitsIn = (product: Product, env: string): NamedLimit[] =>
  Object.entries(product.limits ?? {}).map(([name, limit]) => ({ product, env, name, limit }));

/** The pin that a limit has, one that is over included. */
export const pinOfLimit = async (
  { gates }: Pick<ApiServices, "gates">,
  tenant: Tenant,
  name: string,
): Promise<Pin | undefined> => ownValue(await gates.pins(tenant, { fresh: true }), name);

/** What is stored of all limits of a tenant. */
interface StoredLimits {
  crowded: readonly GateName[];
  pins: Record<string, Pin>;
}

/** What an answer shows beside what is stored. */
interface LimitNamed {
  /** A key to show besides those at which jobs wait. */
  key?: string | undefined;
  /** When the limits were unpinned, if they were just now. Epoch milliseconds. */
  unpinnedAt?: number;
  /** The pin that they have, or would have, whatever is stored; undefined stands for none. */
  pin?: Pin | undefined;
}

/** Limits of one tenant with their pins and gates, as they are now. */
export async function shownLimits(
  services: ApiServices,
  tenant: Tenant,
  limits: readonly NamedLimit[],
  asked: LimitNamed = {},
): Promise<LimitView[]> {
  const [crowded, pins] = await Promise.all([
    services.gates.withLine(tenant, { limit: mostCrowded }),
    services.gates.pins(tenant, { fresh: true }),
  ]);
  const views: LimitView[] = [];
  for (const one of limits) views.push(await shownLimit(services, one, { crowded, pins }, asked));
  return views;
}

async function shownLimit(
  { gates, clock }: ApiServices,
  { product, env, name, limit }: NamedLimit,
  { crowded, pins }: StoredLimits,
  { key, unpinnedAt, ...given }: LimitNamed,
): Promise<LimitView> {
  const now = clock.now();
  const pin = "pin" in given ? given.pin : ownValue(pins, name);
  const of = crowded.filter((gate) => gate.limit === name);
  const asked = limit.key === undefined ? "" : key;
  const keys = [...new Set([...(asked === undefined ? [] : [asked]), ...of.map((gate) => gate.key)])];
  const rule = ruleInForce(limit, pin, now);
  const views = await inParallel(readsAtOnce, keys.slice(0, mostGates), (one) =>
    gateView(gates, { product: product.tag, env, limit: name, key: one }, rule, now),
  );
  const events = Object.entries(product.jobs).flatMap(([tag, event]) => (event.limits?.includes(name) ? [tag] : []));
  const moreGates = keys.length > mostGates || crowded.length >= mostCrowded;
  const shown = { product: product.tag, env, name, limit, pin, events, gates: views, moreGates };
  return limitView({ ...shown, ...defined({ unpinnedAt }) }, now);
}

/** The most marked gates of a tenant that are looked at. */
const mostCrowded = 200;
