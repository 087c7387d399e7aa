/** A page of deliveries, as both lists have it. */
interface Page<Delivery> {
  deliveries: Delivery[];
  next_cursor?: string;
  looked_back_to?: number;
}

export interface Shown<Delivery> {
  deliveries: Delivery[];
  /** How many pages were read. */
  pages: number;
  /** Until when the last page has looked back, if it is short although more follow: epoch milliseconds. */
  lookedBackTo: number | undefined;
  hasMore: boolean;
}

export const pageSize = 100;

/** A list of more pages is not asked for again by itself: that would be many requests for few rows. */
const mostPolled = 2;
export const isLong = ({ pages }: Shown<unknown>): boolean => pages > mostPolled;

/** Reads so many pages as one list. */
export async function readPages<Delivery>(
  read: (cursor: string | undefined) => Promise<Page<Delivery>>,
  count: number,
): Promise<Shown<Delivery>> {
  const deliveries: Delivery[] = [];
  for (let pages = 1, cursor: string | undefined; ; pages++) {
    const page = await read(cursor);
    deliveries.push(...page.deliveries);
    cursor = page.next_cursor;
    const hasMore = cursor !== undefined;
    if (!hasMore || pages === count) return { deliveries, pages, lookedBackTo: page.looked_back_to, hasMore };
  }
}
