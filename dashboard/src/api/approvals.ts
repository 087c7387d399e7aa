import type { Approval } from "../../../sdk/src/index.ts";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";
import { useCan } from "./me.ts";
import { makeStore, useStore } from "./store.ts";
import { usePoll } from "./use-poll.ts";

/** How many are shown. */
export const mostApprovals = 100;

const approvals = defineQuery("approvals", () => ductape().approvals.list({ limit: mostApprovals }).page());

/** What was decided here: until its run has seen that, it is still listed. */
const decided = makeStore<ReadonlySet<string>>(new Set());

export const noteDecided = (id: string): void => decided.set(new Set([...decided.get(), id]));

/** The open approvals of all that the key reads, those that end first at the beginning, for the inbox and, `slow`, its badge. */
export function useApprovals({ slow = false } = {}): {
  open: Approval[] | undefined;
  hasMore: boolean;
  error: unknown;
} {
  const can = useCan();
  const done = useStore(decided);
  const { data, error } = usePoll(can("jobs:read") ? approvals() : undefined, { slow });
  const open = data?.approvals.filter(({ id }) => !done.has(id)).sort((a, b) => a.until - b.until);
  return { open, hasMore: data?.next_cursor !== undefined, error };
}
