import { useEffect, useRef, useState } from "preact/hooks";
import type { JobPage, JobQuery, JobSummary } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { hidden } from "../../api/live.ts";
import { useStore } from "../../api/store.ts";
import { usePoll } from "../../api/use-poll.ts";
import { isSettled } from "../../job/states.ts";
import { emptyAtEnd, type ListPage, refreshed, searchedOf } from "./list-pages.ts";

/** What is known of the jobs of one query. */
interface Loaded {
  /** The query. Another one begins anew: its pages are not those of this one, nor is a cursor. */
  of: string;
  pages: ListPage[];
  byId: Map<string, JobSummary>;
  /** The page in sight. */
  inSight: number;
  /** Whether the end of the rows is near. */
  wants: boolean;
  failure?: unknown;
  /** Somebody has stopped the search. */
  isStopped: boolean;
  /** How many pages there were when the search was last asked to go on. */
  searchedFrom: number;
}

const nothing = (of: string): Loaded => ({
  of,
  pages: [],
  byId: new Map(),
  inSight: 0,
  wants: false,
  isStopped: false,
  searchedFrom: 0,
});

export interface JobList extends Pick<Loaded, "pages" | "byId"> {
  isPending: boolean;
  error: unknown;
  isLoadingMore: boolean;
  hasMore: boolean;
  /** How many jobs were read, where few of them match. */
  searched: number | undefined;
  /** How far back that was, in epoch milliseconds. */
  lookedBackTo: number | undefined;
  /** Whether nothing more is loaded until somebody asks for it. */
  isStopped: boolean;
  stop(): void;
  goOn(): void;
  /** Says whether the end of the rows is near: while it is, pages are loaded, however few jobs they bring. */
  want(more: boolean): void;
  /** Says which row is the first in sight: its page is kept current beside the first one. */
  see(index: number): void;
}

/** How long a person has to rest at a place before its page is kept current: scrolling past asks for nothing. */
const restMs = 400;
/** A search that finds nothing on so many pages stops by itself: each page is paid for. */
const mostEmpty = 20;

const jobs = defineQuery("jobs", (query: JobQuery, cursor?: string) => ductape().jobs.list(query).page(cursor));
const isCalm = ({ jobs: shown }: JobPage) => shown.every((job) => isSettled(job, apiNow()));

/** The list of jobs: its pages as far as one has scrolled, of which the first and the one in sight are kept current. */
export function useJobList(query: JobQuery): JobList {
  const key = JSON.stringify(query);
  const [kept, setKept] = useState(() => nothing(key));
  const [underWay, setUnderWay] = useState<string>();
  const current = useRef(key);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isHidden = useStore(hidden);
  current.current = key;
  const loaded = kept.of === key ? kept : nothing(key);

  /** What comes too late, when another query is asked for, changes nothing, and what is known already draws nothing anew. */
  const change = (changes: (now: Loaded) => Partial<Loaded>) =>
    setKept((now) => {
      if (current.current !== key) return now;
      const own = now.of === key ? now : nothing(key);
      const found = changes(own);
      const isNews = Object.entries(found).some(([name, value]) => own[name as keyof Loaded] !== value);
      return isNews ? { ...own, ...found } : now;
    });
  const take = (index: number, cursor: string | undefined, answer: JobPage) =>
    change((now) => taken(now, index, cursor, answer));

  const { pages, inSight } = loaded;
  const head = usePoll(jobs(query), { isFinal: isCalm, slow: inSight > 0 });
  const cursor = pages[inSight]?.cursor;
  const tail = usePoll(inSight > 0 && cursor !== undefined ? jobs(query, cursor) : undefined, { isFinal: isCalm });
  // Only a new answer is taken in.
  useEffect(() => {
    if (head.data) take(0, undefined, head.data);
  }, [head.data, key]);
  // Only a new answer is taken in.
  useEffect(() => {
    if (tail.data && inSight > 0) take(inSight, cursor, tail.data);
  }, [tail.data]);

  const next = pages.at(-1)?.next;
  const isStopped =
    loaded.isStopped || loaded.failure !== undefined || emptyAtEnd(pages, loaded.searchedFrom) >= mostEmpty;
  const page = next === undefined ? undefined : `${key} ${next}`;
  // The answer to the request under way leads to the next one.
  useEffect(() => {
    if (!loaded.wants || isStopped || isHidden || page === undefined || page === underWay) return;
    const [count, from] = [pages.length, next];
    setUnderWay(page);
    const done = () => setUnderWay((now) => (now === page ? undefined : now));
    jobs(query, from)
      .queryFn()
      .then((answer) => change((now) => (now.pages.length === count ? taken(now, count, from, answer) : {})))
      .catch((failure: unknown) => change(() => ({ failure })))
      .finally(done);
  }, [loaded.wants, isStopped, isHidden, page, underWay]);

  return {
    pages,
    byId: loaded.byId,
    isPending: head.isPending,
    error: head.error ?? loaded.failure,
    isLoadingMore: page !== undefined && page === underWay,
    hasMore: next !== undefined,
    searched: next === undefined ? undefined : searchedOf(pages),
    lookedBackTo: pages.at(-1)?.lookedBackTo,
    isStopped,
    stop: () => change(() => ({ isStopped: true })),
    goOn: () => change((now) => ({ isStopped: false, failure: undefined, searchedFrom: now.pages.length })),
    want: (wants) => change(() => ({ wants })),
    see: (index) => {
      clearTimeout(rest.current);
      rest.current = setTimeout(() => change((now) => ({ inSight: pageAt(now.pages, index) })), restMs);
    },
  };
}

const taken = ({ pages, byId }: Loaded, index: number, cursor: string | undefined, answer: JobPage) => ({
  pages: refreshed(pages, index, pageOf(answer, cursor)),
  byId: withJobs(byId, answer),
});

const pageOf = (
  { jobs: found, next_cursor, examined, looked_back_to }: JobPage,
  cursor: string | undefined,
): ListPage => ({
  ids: found.map(({ job_id }) => job_id),
  ...(cursor !== undefined && { cursor }),
  ...(next_cursor !== undefined && { next: next_cursor }),
  ...(examined !== undefined && { examined }),
  ...(looked_back_to !== undefined && { lookedBackTo: looked_back_to }),
});

function withJobs(byId: Map<string, JobSummary>, { jobs: found }: JobPage): Map<string, JobSummary> {
  const next = new Map(byId);
  for (const job of found) next.set(job.job_id, job);
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
