import type { Job, JobRun } from "../../../../sdk/src/index.ts";
import { isFinished } from "../../../../sdk/src/is-finished.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import { jobOf } from "../../job/job-of.ts";
import { runsOf } from "../../job/runs-of.ts";
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
  });
  const series = usePoll(job?.recurring ? runsOf(id) : undefined, { isFinal: ({ runs }) => runs.every(isFinished) });
  const runs = series.data?.runs ?? [];
  const run = chosenRun(runs, number);
  const waits = job?.recurring === true && series.isPending;
  const shown = waits ? undefined : job && run ? asInRun(job, run) : job;
  return { name, id, job: shown, runs: runs.filter(hasBegun), error: error ?? series.error };
}

const hasBegun = (run: JobRun): boolean => run.started_at !== undefined || isFinished(run);

/** The latest two of an event that completed: one of them may be the job that they are looked for. */
const completedOf = defineQuery("completed", async (product_tag: string, env: string, event: string) => {
  const { jobs } = await ductape().jobs.list({ product_tag, env, event, status: "completed", limit: 2 }).page();
  return jobs.map(({ job_id }) => job_id);
});

interface Found {
  id: string;
  /** Of a series, its run. Empty otherwise. */
  run: string;
}

/**
 * What a job is compared with where nothing else is chosen: the latest other run of its series that completed, or the latest other job
 * of its event, product and env. Null if there is none, undefined while it is looked for.
 */
export function useCompleted({ id, job, runs }: Side, isNeeded: boolean): { found?: Found | null; error: unknown } {
  const run = job?.recurring ? completedRun(runs, job.run) : undefined;
  const asks = isNeeded && job !== undefined && run === undefined;
  const { data, error } = usePoll(asks ? completedOf(job.product_tag, job.env, job.event) : undefined, { once: true });
  if (run !== undefined) return { found: { id, run: String(run) }, error: undefined };
  const other = data?.find((one) => one !== id);
  return { ...(data && { found: other === undefined ? null : { id: other, run: "" } }), error };
}
