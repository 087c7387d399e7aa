interface Page<Item> {
  items: readonly Item[];
  next_cursor?: string | undefined;
  examined?: number | undefined;
  looked_back_to?: number | undefined;
}

/** What a search has found so far. */
export interface Searched<Item> {
  items: Item[];
  hasMore: boolean;
  /** How many pages were read. */
  pages: number;
  /** How many jobs were looked at, where few of them match. */
  examined: number;
  /** Until when that was, in epoch milliseconds, if more follow. */
  lookedBackTo: number | undefined;
}

/**
 * Reads pages until they have so many items, or until so many pages were read: the API looks at a thousand jobs for a page, and answers
 * an empty one where none of them matches, although more follow.
 */
export async function searchPages<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  { wanted, mostPages }: { wanted: number; mostPages: number },
): Promise<Searched<Item>> {
  const items: Item[] = [];
  let examined = 0;
  for (let pages = 1, cursor: string | undefined; ; pages++) {
    const page = await read(cursor);
    items.push(...page.items);
    examined += page.examined ?? 0;
    cursor = page.next_cursor;
    const hasMore = cursor !== undefined;
    if (!hasMore || items.length >= wanted || pages >= mostPages)
      return { items, hasMore, pages, examined, lookedBackTo: page.looked_back_to };
  }
}
