import { latestTenant } from "../api/latest-tenant.ts";
import { type ProductSummary, useProducts } from "../api/products.ts";
import { usePoll } from "../api/use-poll.ts";
import { useUrlState } from "../use-url-state.ts";
import { Select } from "./field.tsx";
import { visible } from "./visible.ts";

export interface Tenant {
  product_tag: string;
  env: string;
}

const defaults = { product: "", env: "" };

/**
 * The product and env that a page is about, from its address; without one, those in which jobs were seen last, where most likely
 * something is to be seen. Undefined until that is known.
 */
export function useTenant(): Tenant | undefined {
  const [{ product, env }] = useUrlState(defaults);
  const products = useProducts();
  const latest = usePoll(latestTenant(), { once: true });
  if (!products || latest.isPending) return undefined;
  const { data: last } = latest;
  const named = products.find(({ tag }) => tag === (product || last?.product_tag)) ?? products[0];
  if (!named) return undefined;
  const wanted = env || last?.env;
  return {
    product_tag: named.tag,
    env: wanted !== undefined && named.envs.includes(wanted) ? wanted : (named.envs[0] ?? ""),
  };
}

export function TenantPicker({ tenant }: { tenant: Tenant | undefined }) {
  const [, change] = useUrlState(defaults);
  const products = useProducts() ?? [];
  if (!tenant) return null;
  const envs = products.find(({ tag }) => tag === tenant.product_tag)?.envs ?? [tenant.env];
  return (
    <div class="tenant">
      <Select
        quiet
        label="Product"
        value={tenant.product_tag}
        options={products.map(nameOf)}
        onChange={(product) => change({ product, env: "" })}
      />
      <Select
        quiet
        label="Env"
        value={tenant.env}
        options={envs}
        onChange={(env) => change({ product: tenant.product_tag, env })}
      />
    </div>
  );
}

/** A product, as a field offers it. */
export const nameOf = ({ tag, name }: ProductSummary) => [tag, visible(name ?? tag)] as const;
