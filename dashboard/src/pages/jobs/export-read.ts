import type { JobPage, JobSummary } from "../../../../sdk/src/index.ts";

/** The most jobs of a file: a browser holds all of them, and each page is paid for. */
export const mostExported = 10_000;
/** A search that finds nothing on so many pages in a row ends by itself. */
const mostEmpty = 20;

/** What was read so far. */
export interface Read {
  jobs: readonly JobSummary[];
  /** How many jobs were looked at for them. */
  searched: number;
  /** How far back or ahead that was, where few jobs match. Epoch milliseconds. */
  lookedBackTo?: number | undefined;
  /** Where the next page begins. Absent before the first page, and after the last one. */
  next?: string | undefined;
}

export const nothingRead: Read = { jobs: [], searched: 0 };

/** How reading ended: with all jobs, with the most that a file has, on request, or since few jobs match. */
export type ReadEnd = "all" | "full" | "stopped" | "few";

interface Reading {
  /** Asks for a page of the list. */
  page: (cursor?: string) => Promise<JobPage>;
  /** What was read before, to go on from there. */
  from?: Read;
  isStopped: () => boolean;
  onRead: (read: Read) => void;
}

/**
 * Reads a list to its end, page by page, and each job once: one that changes its place meanwhile may come twice. What was read is
 * told after each page, so that nothing is lost where a page fails.
 */
export async function readList({ page, from = nothingRead, isStopped, onRead }: Reading): Promise<ReadEnd> {
  const found = new Map(from.jobs.map((job) => [job.job_id, job]));
  let { searched, next } = from;
  for (let empty = 0; empty < mostEmpty; ) {
    if (isStopped()) return "stopped";
    const answer = await page(next);
    const fresh = answer.jobs.filter(({ job_id }) => !found.has(job_id));
    const kept = fresh.slice(0, mostExported - found.size);
    for (const job of kept) found.set(job.job_id, job);
    searched += answer.examined ?? answer.jobs.length;
    next = answer.next_cursor;
    const isFull = kept.length < fresh.length || (found.size >= mostExported && next !== undefined);
    onRead({ jobs: [...found.values()], searched, lookedBackTo: isFull ? undefined : answer.looked_back_to, next });
    if (isFull) return "full";
    if (next === undefined) return "all";
    empty = answer.jobs.length === 0 ? empty + 1 : 0;
  }
  return "few";
}

/** The time by which the list has a job: its end, or until then when it is due. Undefined for paused jobs, which have none. */
export const listTimeOf = ({ finished_at, due_at, status }: JobSummary): number | undefined =>
  finished_at ?? (status === "paused" ? undefined : due_at);

/** The time from which on jobs are missing, if reading ended before the end of the list. */
export const missingFrom = ({ jobs, lookedBackTo }: Read, { where }: { where?: unknown }): number | undefined => {
  const last = jobs.at(-1);
  // Jobs with a value are listed by when they were made.
  return lookedBackTo ?? (last && (where === undefined ? listTimeOf(last) : last.created_at));
};
