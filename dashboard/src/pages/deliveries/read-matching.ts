/** A page of deliveries, as both lists have it. */
interface Page<Delivery> {
  deliveries: Delivery[];
  next_cursor?: string;
}

export interface Matching<Delivery> {
  deliveries: Delivery[];
  /** How many pages were read. */
  pages: number;
  /** How many were looked at. */
  examined: number;
  /** The time of the last one that was looked at, in epoch milliseconds. */
  lookedBackTo: number | undefined;
  hasMore: boolean;
}

export const pageSize = 100;
/** How many are looked at for each that is shown. */
const examinedPerShown = 10;

/** A list of more pages is not asked for again by itself: that would be many requests for few rows. */
const mostPolled = 2;
export const isLong = ({ pages }: Matching<unknown>): boolean => pages > mostPolled;

/**
 * Reads pages until `limit` deliveries match, or ten times as many were looked at. The API has no filter by outcome: most that fail are
 * recent, and what is looked for further back says so.
 */
export async function readMatching<Delivery extends { at: number; outcome: string }>(
  read: (cursor: string | undefined) => Promise<Page<Delivery>>,
  outcome: string,
  limit: number,
): Promise<Matching<Delivery>> {
  const deliveries: Delivery[] = [];
  let examined = 0;
  let pages = 0;
  let lookedBackTo: number | undefined;
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    cursor = page.next_cursor;
    pages++;
    examined += page.deliveries.length;
    lookedBackTo = page.deliveries.at(-1)?.at ?? lookedBackTo;
    deliveries.push(...page.deliveries.filter((one) => outcome === "" || one.outcome === outcome));
  } while (cursor !== undefined && deliveries.length < limit && pages * pageSize < examinedPerShown * limit);
  return { deliveries, pages, examined, lookedBackTo, hasMore: cursor !== undefined };
}
