import type { Job, JobRun } from "../../../../sdk/src/index.ts";
import { isFinished } from "../../../../sdk/src/is-finished.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { searchPages } from "../../api/search-pages.ts";
import { usePoll } from "../../api/use-poll.ts";
import { jobOf } from "../../job/job-of.ts";
import { areOf, runsOf } from "../../job/runs-of.ts";
import { isSettled } from "../../job/states.ts";
import { asInRun, chosenRun, completedRun } from "./runs.ts";

/** One of the two that are compared. */
export interface Side {
  name: "left" | "right";
  /** Empty while none is chosen. */
  id: string;
  /** The job, or of a series one of its runs as a job. Undefined until it is known, and where there is none. */
  job: Job | undefined;
  /** Of a series, those that can be chosen, the latest first. */
  runs: readonly JobRun[];
  error: unknown;
}

export function useSide(name: Side["name"], id: string, number: string): Side {
  const { data: job, error } = usePoll(id === "" ? undefined : jobOf(id), {
    isFinal: (found) => isSettled(found, apiNow()),
    slow: true,
  });
  const series = usePoll(job?.recurring ? runsOf(id) : undefined, {
    isFinal: ({ runs }) => job !== undefined && isSettled(job, apiNow()) && areOf(runs, job),
    slow: true,
  });
  const runs = series.data?.runs ?? [];
  const run = chosenRun(runs, number);
  const waits = job?.recurring === true && series.isPending;
  const shown = waits ? undefined : job && run ? asInRun(job, run) : job;
  return { name, id, job: shown, runs: runs.filter(hasBegun), error: error ?? series.error };
}

const hasBegun = (run: JobRun): boolean => run.started_at !== undefined || isFinished(run);

/** How many pages are looked through for a job: the API looks at a thousand jobs for each. */
const mostPages = 5;

/** The latest two of an event that completed: one of them may be the job that they are looked for. */
const completedOf = defineQuery("completed", (product_tag: string, env: string, event: string) => {
  const list = ductape().jobs.list({ product_tag, env, event, status: "completed", limit: 2 });
  const read = async (cursor: string | undefined) => {
    const { jobs, ...page } = await list.page(cursor);
    return { items: jobs.map(({ job_id }) => job_id), ...page };
  };
  return searchPages(read, { wanted: 2, mostPages });
});

interface Found {
  id: string;
  /** Of a series, its run. Empty otherwise. */
  run: string;
}

/**
 * What a job is compared with where nothing else is chosen: the latest other run of its series that completed, or the latest other job
 * of its event, product and env. Null if there is none, undefined while it is looked for. `among`: how many were looked at, if more
 * have completed.
 */
export function useCompleted(
  { id, job, runs }: Side,
  isNeeded: boolean,
): { found?: Found | null; among?: number; error: unknown } {
  const run = job?.recurring ? completedRun(runs, job.run) : undefined;
  const asks = isNeeded && job !== undefined && run === undefined;
  const { data, error } = usePoll(asks ? completedOf(job.product_tag, job.env, job.event) : undefined, { once: true });
  if (run !== undefined) return { found: { id, run: String(run) }, error: undefined };
  const other = data?.items.find((one) => one !== id);
  return {
    ...(data && { found: other === undefined ? null : { id: other, run: "" } }),
    ...(data?.hasMore && { among: data.examined }),
    error,
  };
}
