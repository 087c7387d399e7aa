import { useEffect, useRef, useState } from "preact/hooks";
import type { JobPage, JobQuery, JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { usePoll } from "../../api/use-poll.ts";
import { isSettled } from "../../job/states.ts";
import { type ListPage, refreshed } from "./list-pages.ts";

interface Loaded {
  pages: ListPage[];
  byId: Map<string, JobSummary>;
}

const nothing = (): Loaded => ({ pages: [], byId: new Map() });

export interface JobList extends Loaded {
  isPending: boolean;
  error: unknown;
  isLoadingMore: boolean;
  hasMore: boolean;
  /** Loads the next page, unless it is on its way. */
  more(): void;
  /** Says which row is the first in sight: its page is kept current beside the first one. */
  see(index: number): void;
}

/** How long a person has to rest at a place before its page is kept current: scrolling past asks for nothing. */
const restMs = 400;

const ask = (query: JobQuery, cursor?: string) => ductape().jobs.list(query).page(cursor);
const isCalm = ({ jobs }: JobPage) => jobs.every((job) => isSettled(job, apiNow()));

/** The list of jobs: its pages as far as one has scrolled, of which the first and the one in sight are kept current. */
export function useJobList(query: JobQuery): JobList {
  const key = JSON.stringify(query);
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const [loadingMore, setLoadingMore] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [inSight, setInSight] = useState(0);
  const current = useRef(key);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    current.current = key;
    setLoaded(nothing());
    setInSight(0);
    setFailure(undefined);
    setLoadingMore(false);
  }, [key]);

  const take = (index: number, cursor: string | undefined, answer: JobPage) =>
    setLoaded(({ pages, byId }) => ({
      pages: refreshed(pages, index, pageOf(answer, cursor)),
      byId: withJobs(byId, answer),
    }));

  const head = usePoll(["jobs", key, ""], () => ask(query), { isFinal: isCalm });
  const seen = loaded.pages[inSight];
  const cursor = seen?.cursor;
  const tail = usePoll(["jobs", key, cursor ?? ""], () => ask(query, cursor), {
    isFinal: isCalm,
    enabled: inSight > 0 && cursor !== undefined,
  });
  // Only a new answer is taken in.
  useEffect(() => {
    if (head.data) take(0, undefined, head.data);
  }, [head.data, key]);
  // Only a new answer is taken in.
  useEffect(() => {
    if (tail.data && inSight > 0) take(inSight, cursor, tail.data);
  }, [tail.data]);

  const next = loaded.pages.at(-1)?.next;
  const more = async () => {
    if (loadingMore || next === undefined) return;
    setLoadingMore(true);
    try {
      const answer = await ask(query, next);
      if (current.current === key) take(loaded.pages.length, next, answer);
    } catch (error) {
      setFailure(error);
    } finally {
      setLoadingMore(false);
    }
  };

  return {
    ...loaded,
    isPending: head.isPending,
    error: head.error ?? failure,
    isLoadingMore: loadingMore,
    hasMore: next !== undefined,
    more: () => void more(),
    see: (index) => {
      clearTimeout(rest.current);
      rest.current = setTimeout(() => setInSight(pageAt(loaded.pages, index)), restMs);
    },
  };
}

const pageOf = ({ jobs, next_cursor }: JobPage, cursor: string | undefined): ListPage => ({
  ids: jobs.map(({ job_id }) => job_id),
  ...(cursor !== undefined && { cursor }),
  ...(next_cursor !== undefined && { next: next_cursor }),
});

function withJobs(byId: Map<string, JobSummary>, { jobs }: JobPage): Map<string, JobSummary> {
  const next = new Map(byId);
  for (const job of jobs) next.set(job.job_id, job);
  return next;
}

function pageAt(pages: readonly ListPage[], index: number): number {
  let left = index;
  const found = pages.findIndex(({ ids }) => {
    left -= ids.length;
    return left < 0;
  });
  return Math.max(0, found);
}
