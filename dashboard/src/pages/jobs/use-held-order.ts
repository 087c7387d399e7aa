import { useRef } from "preact/hooks";
import type { JobSummary } from "../../../../sdk/src/index.ts";
import { heldOrder, idsOf, type ListPage } from "./list-pages.ts";
import { sorted } from "./sort.ts";

interface Frozen {
  ids: string[];
  pages: number;
  /** What the order belongs to: another filter or sort begins anew. */
  of: string;
}

/**
 * The order of the rows. While `held`, rows stay where they are, so that none jumps under the pointer; their content is kept
 * current all the same. `news` counts the rows that wait to be shown.
 */
export function useHeldOrder(
  { pages, byId }: { pages: ListPage[]; byId: Map<string, JobSummary> },
  sort: string,
  of: string,
  held: boolean,
  now: number,
): { ids: string[]; news: number } {
  const frozen = useRef<Frozen>({ ids: [], pages: 0, of });
  const isSame = frozen.current.of === of && frozen.current.ids.length > 0;
  const all = idsOf(pages);
  const ids =
    held && isSame ? heldOrder(frozen.current.ids, pages, frozen.current.pages) : sorted(all, byId, sort, now);
  frozen.current = { ids, pages: pages.length, of };
  const shown = new Set(ids);
  return { ids: ids.filter((id) => byId.has(id)), news: all.filter((id) => !shown.has(id)).length };
}
