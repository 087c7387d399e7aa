import { useHashLocation, useHashSearch } from "./hash-location.ts";
import { addressOf, type Fields, fieldsOf } from "./url-state.ts";

/**
 * State of a page that is kept in its address, so that a reload and a link show the same. A change replaces the address, so that
 * the back button leaves the page rather than undoing each filter. `defaults` must be a constant.
 */
export function useUrlState<F extends Fields>(defaults: F): [F, (changes: Partial<F>) => void] {
  const [path, navigate] = useHashLocation();
  const search = useHashSearch();
  const change = (changes: Partial<F>) => navigate(addressOf(path, search, changes, defaults), { replace: true });
  return [fieldsOf(search, defaults), change];
}
