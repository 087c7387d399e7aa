import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Query } from "./define-query.ts";
import { useLive } from "./live.ts";

const busyMs = 2_000;
const calmMs = 10_000;
const slowMs = 30_000;

interface PollOptions<T> {
  /** Whether everything that the data shows is final, so that it is asked for less often. Default: it is. */
  isFinal?: (data: T) => boolean;
  /** Asks no more once there is an answer, or once it is enough: for what does not change while the page is open. */
  once?: boolean | ((data: T) => boolean);
  /** Asks every 30 s only: for what every page shows, and for what hardly changes. */
  slow?: boolean | ((data: T) => boolean);
}

/** Stands for a query whose question is not known yet. */
const none: Query<never> = { queryKey: [], queryFn: () => Promise.reject(new Error("Nothing is asked yet.")) };

/**
 * Data that is kept current. The next request starts a pause after the last one was answered, so that a slow API is never asked
 * twice at once: 2 s while something is not final, 10 s or 30 s otherwise, nothing while the tab is hidden or updates are paused.
 * A repeated answer that says the same keeps its identity, so nothing is drawn anew. An earlier answer stays while a request fails.
 * Without a query nothing is asked.
 */
export function usePoll<T>(query: Query<T> | undefined, options: PollOptions<T> = {}): UseQueryResult<T> {
  const { isFinal, once = false, slow = false } = options;
  const live = useLive();
  const enabled = query !== undefined;
  const result = useQuery<T>({
    ...(query ?? none),
    enabled,
    staleTime: once === false ? 0 : Number.POSITIVE_INFINITY,
  });
  const { data, isFetching, dataUpdatedAt, errorUpdatedAt, refetch } = result;
  const is = (asked: boolean | ((data: T) => boolean)) =>
    typeof asked === "function" ? data !== undefined && asked(data) : asked;
  const isBusy = data !== undefined && isFinal !== undefined && !isFinal(data);
  const pauseMs = isBusy ? busyMs : is(slow) ? slowMs : calmMs;
  const isEnough = data !== undefined && is(once);
  // A new answer starts the next pause, also where it says the same.
  useEffect(() => {
    if (!live || !enabled || isFetching || isEnough) return;
    const since = Date.now() - Math.max(dataUpdatedAt, errorUpdatedAt);
    // Where two parts of a page show the same, the second one takes the request of the first.
    const timer = setTimeout(() => void refetch({ cancelRefetch: false }), Math.max(0, pauseMs - since));
    return () => clearTimeout(timer);
  }, [live, enabled, isFetching, isEnough, pauseMs, dataUpdatedAt, errorUpdatedAt, refetch]);
  return result;
}

/** Asks anew for everything on screen, after a change or by hand. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ refetchType: "active" });
}
