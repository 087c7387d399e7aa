import type { FoundJob, FoundPage, JobPage, JobRun, JobSummary, RunPage, Series, SeriesPage } from "./answers.ts";
import { expectFields } from "./expect-fields.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** What was awaited: the first page, which is still the list that it begins. */
export type FirstPage<Item, Page> = Page & AsyncIterable<Item> & Pick<Pages<Item, Page>, "page">;

/**
 * A list that is read page by page: all of it with `for await`, or one page with `page`. It is also a promise of its first page, so
 * that `await` answers that. Nothing is requested, and nothing rejects, before one of them is used; each use requests anew.
 */
export interface Pages<Item, Page>
  extends AsyncIterable<Item>,
    Pick<Promise<FirstPage<Item, Page>>, "then" | "catch" | "finally"> {
  /**
   * The page after a cursor, or the first page. Any page may be short or empty, also before the last one: of jobs, it then says how
   * many it has looked at (`examined`) and how far that was (`looked_back_to`).
   */
  page(cursor?: string): Promise<Page>;
}
export type JobPages = Pages<JobSummary, JobPage>;
export type FoundPages = Pages<FoundJob, FoundPage>;
export type RunPages = Pages<JobRun, RunPage>;
export type SeriesPages = Pages<Series, SeriesPage>;

export interface Listing<Item> {
  path: string;
  query: { limit?: number | undefined };
  /** Sends the query as the body of a POST, so that it stands in no address. */
  inBody?: true;
  signal: AbortSignal | undefined;
  jobId?: string;
  /**
   * The most entries of a page.
   * @default 100
   */
  most?: number;
  /** How many entries to skip. */
  offset?: number | undefined;
  /** Makes an entry what callers see. */
  shown?: (item: Item) => Item;
}

/** The most entries of a page. */
const largestPage = 100;

/** The pages of a list whose entries are in `field` of an answer. The first use calls `listing`, and rejects if that throws. */
export function pagesOf<Item, Page extends { next_cursor?: string }>(
  transport: Transport,
  field: keyof Page & string,
  listing: () => Listing<Item>,
): Pages<Item, Page> {
  const itemsOf = (page: Page) => page[field] as Item[];

  const read = async ({ path, query, inBody, signal, jobId }: Listing<Item>, cursor?: string, limit = query.limit) => {
    const all = { ...query, limit, cursor };
    const asked = inBody
      ? { method: "POST" as const, path, body: written(all), signal }
      : { method: "GET" as const, path: path + queryString(all), signal };
    return expectFields<Page>(await transport.call({ ...asked, ...(jobId !== undefined && { jobId }) }), field);
  };

  /** The cursor after the entries that are skipped. Null if the list ends before. */
  const skip = async (list: Listing<Item>, offset: number): Promise<string | undefined | null> => {
    let cursor: string | undefined;
    for (let left = offset; left > 0; ) {
      const page = await read(list, cursor, Math.min(largestPage, left));
      left -= itemsOf(page).length;
      cursor = page.next_cursor;
      if (cursor === undefined) return null;
    }
    return cursor;
  };

  const pageOf = async (cursor?: string, limit?: number): Promise<Page> => {
    const list = listing();
    const from = cursor ?? (await skip(list, list.offset ?? 0));
    if (from === null) return { [field]: [] } as unknown as Page;
    const page = await read(list, from, list.query.limit ?? (limit && Math.min(limit, list.most ?? limit)));
    if (list.shown) for (const [i, item] of itemsOf(page).entries()) itemsOf(page)[i] = list.shown(item);
    return page;
  };

  const all = async function* (): AsyncGenerator<Item, void> {
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const next = await pageOf(cursor, largestPage);
      yield* itemsOf(next);
      cursor = next.next_cursor;
    }
  };

  const page = (cursor?: string) => pageOf(cursor);
  // Not enumerable, so that the awaited page is printed and compared as the answer that it is.
  const first = async () =>
    Object.defineProperties(await page(), {
      [Symbol.asyncIterator]: { value: all },
      page: { value: page },
    }) as FirstPage<Item, Page>;

  return {
    page,
    [Symbol.asyncIterator]: all,
    // biome-ignore lint/suspicious/noThenProperty: a list is a promise of its first page, which is requested when it is awaited
    then: (onPage, onError) => first().then(onPage, onError),
    catch: (onError) => first().catch(onError),
    finally: (onEnd) => first().finally(onEnd),
  };
}
