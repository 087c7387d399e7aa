import { useMemo, useRef } from "preact/hooks";
import type { JobSummary } from "../../../../sdk/src/index.ts";
import { heldOrder, idsOf, type ListPage } from "./list-pages.ts";
import { isByTime, sorted } from "./sort.ts";

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
  const all = useMemo(() => idsOf(pages), [pages]);
  // Only a sort by something that grows, such as the duration of a running job, depends on the time.
  const at = isByTime(sort) ? 0 : now;
  return useMemo(() => {
    const isSame = frozen.current.of === of && frozen.current.ids.length > 0;
    const kept = held && isSame;
    const ids = kept ? heldOrder(frozen.current.ids, pages, frozen.current.pages) : sorted(all, byId, sort, at);
    frozen.current = { ids, pages: pages.length, of };
    const shown = new Set(ids);
    return { ids: ids.filter((id) => byId.has(id)), news: kept ? all.filter((id) => !shown.has(id)).length : 0 };
  }, [all, pages, byId, sort, of, held, at]);
}
