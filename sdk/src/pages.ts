import { expectFields } from "./expect-fields.ts";
import type { JobRun, JobSummary } from "./job.ts";
import { queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

export interface JobPage {
  jobs: JobSummary[];
  /** Pass it to `page` for the next page. Absent on the last one. */
  next_cursor?: string;
}

export interface RunPage {
  runs: JobRun[];
  /** Pass it to `page` for the next page. Absent on the last one. */
  next_cursor?: string;
}

/** A list that is read page by page: all of it with `for await`, or one page with `page`. */
export interface Pages<Item, Page> extends AsyncIterable<Item> {
  /** The page after a cursor, or the first page. Any page may be short or empty, also before the last one. */
  page(cursor?: string): Promise<Page>;
}
export type JobPages = Pages<JobSummary, JobPage>;
export type RunPages = Pages<JobRun, RunPage>;

interface Listing {
  path: string;
  query: { limit?: number | undefined };
  signal: AbortSignal | undefined;
  jobId?: string;
}

/** The pages of a list whose entries are in `field` of an answer. Nothing is requested until the caller reads. */
export function pagesOf<Item, Page extends { next_cursor?: string }>(
  transport: Transport,
  field: keyof Page & string,
  { path, query, signal, jobId }: Listing,
): Pages<Item, Page> {
  const page = async (cursor?: string, limit = query.limit): Promise<Page> => {
    const asked = { method: "GET" as const, path: path + queryString({ ...query, limit, cursor }), signal };
    return expectFields<Page>(await transport.call({ ...asked, ...(jobId !== undefined && { jobId }) }), field);
  };
  return {
    page: (cursor) => page(cursor),
    async *[Symbol.asyncIterator]() {
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const next: Page = await page(cursor, query.limit ?? 100);
        yield* next[field] as Item[];
        cursor = next.next_cursor;
      }
    },
  };
}
