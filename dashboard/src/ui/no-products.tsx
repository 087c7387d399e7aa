import { useMe } from "../api/me.ts";
import { useProductsQuery } from "../api/products.ts";
import { isDown } from "../api/query-client.ts";
import { ErrorBanner } from "./error-banner.tsx";

/**
 * Says why no page finds its product: the key reaches none, or the API does not list them to it. Without one, pages wait. The audit does not
 * need any, where the key may read nothing else. That the API is down is said already.
 */
export function NoProducts({ path }: { path: string }) {
  const { data, error } = useProductsQuery();
  const me = useMe();
  if (!data && error && !isDown(error) && path !== "/audit") return <ErrorBanner error={error} />;
  if (data?.products.length !== 0) return null;
  const names = me?.products.join(", ");
  return (
    <p class="banner banner-warn" role="status">
      This key reaches no product of the catalog{names ? `: it is for ${names}` : ""}.
    </p>
  );
}
