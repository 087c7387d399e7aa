import { useCallback } from "preact/hooks";
// biome-ignore lint/style/noRestrictedImports: this is what all others use
import { Link as AnyLink, type LinkProps, useLocation, useSearch } from "wouter";
import { withTenant } from "../url-state.ts";

/** A link within the dashboard. It stays with the product and env of the page that it is on, unless it names its own. */
export const Link = ({ href, ...rest }: Omit<LinkProps, "to" | "href" | "asChild"> & { href: string }) => (
  <AnyLink {...rest} href={withTenant(href, useSearch())} />
);

/** Goes to another page, as a link to it would. */
export function useNavigate(): (to: string) => void {
  const [, navigate] = useLocation();
  const search = useSearch();
  return useCallback((to: string) => navigate(withTenant(to, search)), [navigate, search]);
}
