import type { Incident } from "../../../sdk/src/index.ts";
import { useUrlState } from "../use-url-state.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { areMany } from "./many.ts";
import { useCan } from "./me.ts";
import { useProducts } from "./products.ts";
import { usePoll } from "./use-poll.ts";

/** How many are counted. */
const mostCounted = 100;
const noTenant = { product: "", env: "" };

type Where = { product_tag?: string; env?: string };

const openIncidents = defineQuery("open-incidents", (where: Where) =>
  ductape()
    .incidents.list({ ...where, state: "open", limit: mostCounted })
    .page(),
);

/**
 * What goes wrong in all that the key reads, for the badge. Of more products and envs than the API lists at once, only that of the
 * address is asked for.
 */
export function useOpenIncidents(): { open: Incident[] | undefined; hasMore: boolean } {
  const can = useCan();
  const products = useProducts();
  const [{ product, env }] = useUrlState(noTenant);
  const isNamed = product !== "";
  const isAll = products !== undefined && products.length > 0 && !areMany(products);
  const where = isAll ? {} : { product_tag: product, ...(env !== "" && { env }) };
  const isAsked = products !== undefined && can("jobs:read") && (isAll || isNamed);
  const { data } = usePoll(isAsked ? openIncidents(where) : undefined, { slow: true });
  return { open: data?.incidents, hasMore: data?.next_cursor !== undefined };
}
