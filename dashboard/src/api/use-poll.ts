import { type QueryKey, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "./live.ts";

export const busyMs = 2_000;
export const calmMs = 10_000;

export interface PollOptions<T> {
  /** Whether everything that the data shows is final, so that it is asked for less often. Default: it is. */
  isFinal?: (data: T) => boolean;
  /** Asks once and not again: for what does not change while the page is open. */
  once?: boolean;
  enabled?: boolean;
}

/**
 * Data that is kept current. The next request starts a pause after the last one was answered, so that a slow API is never asked
 * twice at once: 2 s while something is not final, 10 s otherwise, nothing while the tab is hidden or updates are paused.
 * A repeated answer that says the same keeps its identity, so nothing is drawn anew. An earlier answer stays while a request fails.
 */
export function usePoll<T>(key: QueryKey, fetcher: () => Promise<T>, options: PollOptions<T> = {}): UseQueryResult<T> {
  const { isFinal, once = false, enabled = true } = options;
  const live = useLive();
  const result = useQuery({ queryKey: key, queryFn: fetcher, enabled, staleTime: once ? Number.POSITIVE_INFINITY : 0 });
  const { data, isFetching, dataUpdatedAt, errorUpdatedAt, refetch } = result;
  const pauseMs = data !== undefined && isFinal !== undefined && !isFinal(data) ? busyMs : calmMs;
  // A new answer starts the next pause, also where it says the same.
  useEffect(() => {
    if (!live || !enabled || isFetching || (once && data !== undefined)) return;
    const since = Date.now() - Math.max(dataUpdatedAt, errorUpdatedAt);
    const timer = setTimeout(() => void refetch(), Math.max(0, pauseMs - since));
    return () => clearTimeout(timer);
  }, [live, enabled, isFetching, once, pauseMs, dataUpdatedAt, errorUpdatedAt, refetch]);
  return result;
}

/** Asks anew for everything on screen, after a change or by hand. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ refetchType: "active" });
}
