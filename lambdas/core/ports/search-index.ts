import type { IndexPosition } from "../job/index-position.ts";
import type { SearchEntry, SearchIn } from "../job/search-entries.ts";
import type { Refused } from "./refused.ts";

/** A page of the entries of a value, the latest first. */
interface SearchPage {
  found: IndexPosition[];
  /** Whether there are later ones. */
  more: boolean;
}

/** Which jobs may have a value. */
export interface SearchIndex {
  /** Puts entries. One that exists is put again. Returns those that were refused. */
  put(entries: readonly SearchEntry[]): Promise<Refused[]>;
  /**
   * The entries of a value after a position, the latest first, between two times (epoch milliseconds, both inclusive). It costs the same
   * however many jobs there are.
   */
  page(
    of: SearchIn,
    query: { after?: IndexPosition | undefined; from?: number | undefined; until?: number | undefined; limit: number },
  ): Promise<SearchPage>;
}
