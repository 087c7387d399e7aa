import type { Api, Json } from "./api.ts";

/** The most entries that the API answers at once. */
const largestPage = 100;

export interface PageOptions {
  limit?: number;
  all?: boolean;
  cursor?: string;
}

export interface PageSource {
  path: string;
  /** The field of the answer that has the entries. */
  field: string;
  query: Record<string, string | number | boolean | undefined>;
  /** Sends the query as a body, so that it stands in no address. */
  inBody?: boolean | undefined;
}

export const defaultLimit = 20;

/** One page after the other by cursor, until there are no more or `limit` entries have been read. */
export async function* pages<Page extends Json>(
  api: Api,
  { path, field, query, inBody }: PageSource,
  { limit = defaultLimit, all, cursor: first }: PageOptions,
): AsyncGenerator<Page> {
  let left = all ? Number.POSITIVE_INFINITY : limit;
  for (let cursor = first, more = true; more && left > 0; more = cursor !== undefined) {
    const asked = { ...query, limit: Math.min(largestPage, left), cursor };
    const page = inBody
      ? await api.request<Page>("POST", path, { body: asked, repeatable: true })
      : await api.request<Page>("GET", path, { query: asked });
    yield page;
    left -= (page[field] as unknown[]).length;
    cursor = page.next_cursor as string | undefined;
  }
}

/** The pages as one answer: all entries, and the cursor after them. */
export async function wholeOf<Page extends Json>(field: string, all: AsyncIterable<Page>): Promise<Json> {
  const entries: unknown[] = [];
  let last: Page | undefined;
  for await (const page of all) {
    for (const entry of page[field] as unknown[]) entries.push(entry);
    last = page;
  }
  const { next_cursor, ...rest } = last ?? ({} as Page);
  return { ...rest, [field]: entries, ...(next_cursor !== undefined && { next_cursor }) };
}
