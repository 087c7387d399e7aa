import { comparePositions } from "../../../lambdas/core/job/index-position.ts";
import type { SearchEntry, SearchIn } from "../../../lambdas/core/job/search-entries.ts";
import type { SearchIndex } from "../../../lambdas/core/ports/search-index.ts";

const nameOf = ({ product, env, field, value, sealed, failed }: SearchIn) =>
  JSON.stringify([product, env, field, value, sealed, failed]);

/** An index in memory. */
export function fakeSearchIndex(): SearchIndex & { all(): SearchEntry[] } {
  const entries = new Map<string, SearchEntry>();
  return {
    all: () => [...entries.values()],

    async put(added) {
      for (const entry of added) entries.set(JSON.stringify([nameOf(entry), entry.at, entry.job_id]), entry);
      return [];
    },

    async page(of, { after, from = 0, until = Number.POSITIVE_INFINITY, limit }) {
      const latestFirst = comparePositions("desc");
      const found = [...entries.values()]
        .filter((entry) => nameOf(entry) === nameOf(of) && entry.at >= from && entry.at <= until)
        .map(({ at: time, job_id: id }) => ({ time, id }))
        .filter((position) => !after || latestFirst(position, after) > 0)
        .sort(latestFirst);
      return { found: found.slice(0, limit), more: found.length > limit };
    },
  };
}
