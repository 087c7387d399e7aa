import type { Approval } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { useCan } from "./me.ts";
import { searchPages } from "./search-pages.ts";
import { makeStore, useStore } from "./store.ts";
import { usePoll } from "./use-poll.ts";

/** How many are asked for. */
const mostApprovals = 100;

/** A page that has lost what is over may be short, or empty, although more follow. */
const mostPages = 5;

const approvals = defineQuery("approvals", () => {
  const list = ductape().approvals.list({ limit: mostApprovals });
  const read = async (cursor: string | undefined) => {
    const { approvals: items, ...page } = await list.page(cursor);
    return { items, ...page };
  };
  return searchPages(read, { wanted: mostApprovals, mostPages });
});

/** What was decided here: until its run has seen that, it is still listed. */
const decided = makeStore<ReadonlySet<string>>(new Set());

export const noteDecided = (id: string): void => decided.set(new Set([...decided.get(), id]));

/** The open approvals of all that the key reads, those that end first at the beginning, for the inbox and, `rare`, its badge. */
export function useApprovals({ rare = false } = {}): {
  open: Approval[] | undefined;
  hasMore: boolean;
  error: unknown;
} {
  const can = useCan();
  const done = useStore(decided);
  const { data, error } = usePoll(can("jobs:read") ? approvals() : undefined, {
    rare,
    slow: ({ pages }) => pages > 1,
  });
  const open = data?.items.filter(({ id }) => !done.has(id)).sort((a, b) => a.until - b.until);
  return { open, hasMore: data?.hasMore ?? false, error };
}
