import type { JobRun, Stats } from "./answers.ts";
import { InvalidRequestError } from "./errors.ts";
import { textOf } from "./job-names.ts";
import type { RunPages } from "./pages.ts";

/** The runs of a job that have completed or failed, as Ductape shows them. */
export interface JobHistory {
  job_id: string;
  /** How many runs were counted: those that have completed or failed. */
  total_executions: number;
  successful_executions: number;
  failed_executions: number;
  /** Whether every run was counted. False if the job has more than the 1,000 runs that are read. */
  complete: boolean;
  /** The latest first. */
  executions: JobExecution[];
}

/** A run of a job. Times are epoch milliseconds. */
export interface JobExecution {
  /** The number of the run, from 1. */
  number: number;
  /** When the last attempt of the run started. */
  started_at: number;
  completed_at?: number;
  /** Milliseconds from `started_at` to `completed_at`. */
  duration_ms?: number;
  status: "completed" | "failed";
  /** Why it failed, as one text: `TIMEOUT: no answer within 30000 ms`. */
  error?: string;
  result?: unknown;
  /** Where to download the JSON of a result that is too large for an answer; good for an hour. */
  result_url?: string;
}

/** The most runs that a history reads. */
export const mostRuns = 1000;
const defaultExecutions = 100;

/** Reads up to 1,000 runs of a job, the latest first, a request for each 100 of them. */
export async function historyOf(job_id: string, runs: RunPages, limit = defaultExecutions): Promise<JobHistory> {
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRuns) {
    const detail = `must be a whole number from 1 to ${mostRuns}`;
    throw new InvalidRequestError("INVALID_REQUEST", "The call is not valid.", [{ pointer: "/limit", detail }]);
  }
  const history: JobHistory = {
    job_id,
    total_executions: 0,
    successful_executions: 0,
    failed_executions: 0,
    complete: true,
    executions: [],
  };
  let read = 0;
  for await (const run of runs) {
    if (read++ === mostRuns) return { ...history, complete: false };
    if (run.status !== "completed" && run.status !== "failed") continue;
    history.total_executions++;
    history[run.status === "completed" ? "successful_executions" : "failed_executions"]++;
    if (history.executions.length < limit) history.executions.push(executionOf(run, run.status));
  }
  return history;
}

function executionOf(run: JobRun, status: JobExecution["status"]): JobExecution {
  const { finished_at, error, result, result_url } = run;
  // A run that failed before it started has the time at which it was due.
  const started_at = run.started_at ?? run.due_at;
  return {
    number: run.run,
    started_at,
    ...(finished_at !== undefined && { completed_at: finished_at, duration_ms: finished_at - started_at }),
    status,
    ...(error && { error: textOf(error) }),
    ...(result !== undefined && { result }),
    ...(result_url !== undefined && { result_url }),
  };
}

/**
 * Our statistics with Ductape's names besides. They count what happened in the time of the query: `scheduled` is how many jobs were
 * requested, not how many wait. `running` is missing, since statistics do not know it: count `jobs.list({ status: "running" })`.
 */
export interface DuctapeStats extends Stats {
  /** How many jobs were requested. */
  total: number;
  /** The same. */
  scheduled: number;
  /** How many runs completed. */
  completed: number;
  /** How many runs failed. */
  failed: number;
  /** How many jobs were cancelled. */
  cancelled: number;
  /** How many attempts a run took beyond its first one; null if no run has ended. */
  avg_retry_count: number | null;
}

export const ductapeStatsOf = (stats: Stats): DuctapeStats => ({
  ...stats,
  ...stats.counts,
  total: stats.counts.scheduled,
  avg_retry_count: stats.mean_attempts === null ? null : stats.mean_attempts - 1,
});
