/** One answer of the list: its jobs by id, and how to ask for it again. */
export interface ListPage {
  /** The cursor that it was asked by; none for the first. */
  cursor?: string;
  ids: string[];
  next?: string;
  /** How many jobs were looked at, if fewer match than a page holds although more follow. */
  examined?: number;
  /** How far back that was, in epoch milliseconds. */
  lookedBackTo?: number;
}

/**
 * The pages after one of them was read again. Jobs that are pushed out of it by new ones stay behind it, since the next page begins
 * where it began before. If nothing of the old page is left, rows may be missing in between, so the pages after it are dropped.
 * A short page pushes nothing out: what it no longer has no longer matches.
 */
export function refreshed(pages: readonly ListPage[], index: number, answer: ListPage): ListPage[] {
  const old = pages[index];
  const before = pages.slice(0, index);
  const after = pages.slice(index + 1);
  if (!old || after.length === 0 || answer.next === undefined) return [...before, answer];
  if (answer.examined !== undefined) return [...before, answer, ...after];
  const inAnswer = new Set(answer.ids);
  const anchor = old.ids.findLastIndex((id) => inAnswer.has(id));
  if (anchor === -1) return [...before, answer];
  const pushedOut = old.ids.slice(anchor + 1);
  return [...before, { ...answer, ids: [...answer.ids, ...pushedOut] }, ...after];
}

/** Every id once, in order. A job that changed its place meanwhile may be on two pages. */
export const idsOf = (pages: readonly ListPage[]): string[] => [...new Set(pages.flatMap(({ ids }) => ids))];

/** How many jobs were looked at to find those of the pages. Undefined where nearly all that is read matches. */
export const searchedOf = (pages: readonly ListPage[]): number | undefined =>
  pages.at(-1)?.examined === undefined
    ? undefined
    : pages.reduce((sum, { ids, examined }) => sum + (examined ?? ids.length), 0);

/** How many pages at the end have no job at all, of those after the first `from`. */
export const emptyAtEnd = (pages: readonly ListPage[], from: number): number =>
  pages.slice(from).length - (pages.slice(from).findLastIndex(({ ids }) => ids.length > 0) + 1);

/**
 * The rows to show while the list is held, because the pointer is on it or it is scrolled: those that were shown stay where they
 * are, and only what was loaded at the end is added.
 */
export function heldOrder(shown: readonly string[], pages: readonly ListPage[], pagesThen: number): string[] {
  const known = new Set(shown);
  const added = idsOf(pages.slice(pagesThen)).filter((id) => !known.has(id));
  return [...shown, ...added];
}
