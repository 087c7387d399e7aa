import type { Job, JobRun } from "../../../../sdk/src/index.ts";
import { isFinished } from "../../../../sdk/src/is-finished.ts";

/** Of a series, the run that was asked for, or else the latest that has ended. None before the first end. */
export const chosenRun = (runs: readonly JobRun[], number: string): JobRun | undefined =>
  runs.find(({ run }) => String(run) === number) ?? runs.find(isFinished);

/** What a job says of its present run. */
const ofRun: readonly (keyof Job)[] = [
  "error",
  "reason",
  "cached_from",
  "rolled_back",
  "ending",
  "result",
  "result_url",
  "result_bytes",
  "redacted",
  "channels",
  "started_at",
  "first_started_at",
  "finished_at",
  "lateness",
  "retrying",
  "waiting_for",
  "waits",
];

/** A job as it was in one of its runs. */
export function asInRun(job: Job, run: JobRun): Job {
  if (run.run === job.run) return job;
  const always = Object.entries(job).filter(([name]) => !ofRun.includes(name as keyof Job));
  return { ...(Object.fromEntries(always) as Job), ...run, attempt: run.attempts.at(-1)?.attempt ?? 1 };
}

/** The run that another one of its series is best compared with: the latest other that completed. */
export const completedRun = (runs: readonly JobRun[], but: number): number | undefined =>
  runs.find(({ run, status }) => status === "completed" && run !== but)?.run;
