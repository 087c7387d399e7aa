import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Query } from "./define-query.ts";
import { useLive } from "./live.ts";

const busyMs = 2_000;
const longestBusyMs = 15_000;
const calmMs = 10_000;
const slowMs = 30_000;
const rareMs = 60_000;

/** For so long, what is not final may change at any moment. */
const freshMs = 60_000;

/** A tenth of the time for which nothing has changed beyond a minute: a run that waits for days is not asked for every two seconds. */
const busyPause = (unchangedMs: number): number =>
  Math.min(longestBusyMs, Math.max(busyMs, Math.round((unchangedMs - freshMs) / 10)));

interface PollOptions<T> {
  /** Whether everything that the data shows is final, so that it is asked for less often. Default: it is. */
  isFinal?: (data: T) => boolean;
  /** Asks no more once there is an answer, or once it is enough: for what does not change while the page is open. */
  once?: boolean | ((data: T) => boolean);
  /** Asks every 30 s only: for what every page shows, and for what hardly changes. */
  slow?: boolean | ((data: T) => boolean);
  /** Asks every minute only: for one of many things that a page shows. */
  rare?: boolean;
}

/** Stands for a query whose question is not known yet. */
const none: Query<never> = { queryKey: [], queryFn: () => Promise.reject(new Error("Nothing is asked yet.")) };

/**
 * Data that is kept current. The next request starts a pause after the last one was answered, so that a slow API is never asked
 * twice at once: 2 s while something is not final, up to 15 s if it has not changed for minutes, and 10 s, 30 s or 60 s otherwise;
 * nothing while the tab is hidden or updates are paused. A page makes at most 12 requests a minute while nothing happens.
 * A repeated answer that says the same keeps its identity, so nothing is drawn anew. An earlier answer stays while a request fails.
 * Without a query nothing is asked.
 */
export function usePoll<T>(query: Query<T> | undefined, options: PollOptions<T> = {}): UseQueryResult<T> {
  const { isFinal, once = false, slow = false, rare = false } = options;
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
  const changedAt = useRef(0);
  useEffect(() => {
    changedAt.current = Date.now();
  }, [data, isBusy]);
  const finalMs = rare ? rareMs : is(slow) ? slowMs : calmMs;
  const isEnough = data !== undefined && is(once);
  // A new answer starts the next pause, also where it says the same.
  useEffect(() => {
    if (!live || !enabled || isFetching || isEnough) return;
    const now = Date.now();
    const since = now - Math.max(dataUpdatedAt, errorUpdatedAt);
    const pauseMs = isBusy ? busyPause(now - changedAt.current) : finalMs;
    // Where two parts of a page show the same, the second one takes the request of the first.
    const timer = setTimeout(() => void refetch({ cancelRefetch: false }), Math.max(0, pauseMs - since));
    return () => clearTimeout(timer);
  }, [live, enabled, isFetching, isEnough, isBusy, finalMs, dataUpdatedAt, errorUpdatedAt, refetch]);
  return result;
}

/** Asks anew for everything on screen, after a change or by hand. */
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ refetchType: "active" });
}
