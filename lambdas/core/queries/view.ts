import {
  type Attempt,
  type AttemptError,
  isFinished,
  isWaiting,
  type Job,
  type JobStatus,
  type Parent,
  type Repeat,
  shownStatus,
} from "../job/job.ts";
import type { Services } from "../operations/services.ts";
import type { BlobStore } from "../ports/ports.ts";
import { shorten } from "../schema/sizes.ts";
import { type ChannelView, channelsShown } from "./channels-view.ts";
import { withResults } from "./result-view.ts";
import { type StepView, stepsShown } from "./step-view.ts";

/** What `POST /v1/jobs` answers. Times are epoch milliseconds. */
export interface Receipt {
  job_id: string;
  status: JobStatus;
  scheduled_at: number;
  recurring: boolean;
  /** When the next run of a recurring job is due. */
  next_run_at?: number;
}

export const receiptOf = (job: Job, now: number): Receipt => ({
  job_id: job.id,
  status: shownStatus(job, now),
  scheduled_at: job.scheduled_at,
  recurring: job.repeat !== undefined,
  ...(job.repeat !== undefined && isWaiting(job) && { next_run_at: job.due_at }),
});

/** A job as lists show it: what is known without reading anything but its item. Times are epoch milliseconds. */
export interface SummaryView extends Receipt {
  product_tag: string;
  env: string;
  event: string;
  type: Job["type"];
  app?: string;
  run: number;
  attempt: number;
  retries: number;
  timeout_ms: number;
  due_at: number;
  created_at: number;
  started_at?: number;
  finished_at?: number;
  expires_at?: number;
  labels?: string[];
  repeat?: Repeat;
  /** The feature, and the run of it, of which the job is a step: `sequence.step`. */
  parent?: { job_id: string; run: number; step: string };
  error?: AttemptError;
  reason?: string;
}

export interface AttemptView extends Attempt {
  duration_ms: number;
  lateness_ms: number;
}

/** A job as callers see it; the input is not part of it. */
export interface JobView extends SummaryView {
  attempts: AttemptView[];
  /** How far each step of a feature is, by `sequence.step`. */
  steps?: Record<string, StepView>;
  /** What became of each channel of a notification that has not completed; where it has, they are its result. */
  channels?: Record<string, ChannelView>;
  /** The result of a completed job; one too large for an answer is at `result_url`, for an hour. */
  result?: unknown;
  result_url?: string;
}

const optional = ["app", "started_at", "finished_at", "expires_at", "labels", "repeat", "reason"] as const;

/** Jobs that were written before messages were cut when they are kept have longer ones, and 100 of them are a page. */
const shownError = ({ error }: { error?: AttemptError }) =>
  error && { error: { ...error, message: shorten(error.message) } };

export const summaryOf = (job: Job, now: number): SummaryView => ({
  ...receiptOf(job, now),
  product_tag: job.product,
  env: job.env,
  event: job.event,
  type: job.type,
  run: job.run,
  attempt: job.attempt,
  retries: job.retries,
  timeout_ms: job.timeout_ms,
  due_at: job.due_at,
  created_at: job.created_at,
  ...Object.fromEntries(optional.filter((key) => job[key] !== undefined).map((key) => [key, job[key]])),
  ...shownError(job),
  ...(job.parent && { parent: parentOf(job.parent) }),
});

const parentOf = ({ message: { job_id, run }, step }: Parent) => ({ job_id, run, step });

const attemptView = (attempt: Attempt): AttemptView => ({
  ...attempt,
  ...shownError(attempt),
  duration_ms: attempt.ended_at - attempt.started_at,
  lateness_ms: attempt.started_at - attempt.due_at,
});

export async function viewOf(
  services: Pick<Services, "blobs" | "jobs" | "catalog">,
  job: Job,
  now: number,
): Promise<JobView> {
  const [steps, channels] = await Promise.all([stepsShown(services, job, now), channelsShown(services, job)]);
  const view: JobView = {
    ...summaryOf(job, now),
    attempts: job.attempts.map(attemptView),
    ...(steps && { steps: shownSteps(steps) }),
    ...(channels && { channels }),
  };
  const [shown = view] = isFinished(job) ? await withResults(services.blobs, [view], [job.result]) : [];
  return shown;
}

const shownSteps = (steps: Record<string, StepView>): Record<string, StepView> =>
  Object.fromEntries(Object.entries(steps).map(([key, step]) => [key, { ...step, ...shownError(step) }]));

/** A run of a job as callers see it; the one that is under way too. */
export interface RunView extends Pick<JobView, "result" | "result_url"> {
  run: number;
  status: JobStatus;
  scheduled_at: number;
  /** When the last of its attempts was due, or the next one is. */
  due_at: number;
  started_at?: number;
  finished_at?: number;
  attempts: AttemptView[];
  error?: AttemptError;
  reason?: string;
}

/** A run that ended, or the one that a job is at. */
type Run = Pick<Job, "run" | "status" | "scheduled_at" | "due_at" | "attempts"> &
  Partial<Pick<Job, "started_at" | "finished_at" | "result" | "error" | "reason">>;

const optionalOfRun = ["started_at", "finished_at", "reason"] as const;

/** The runs, each with its result as long as the answer has room for it. */
export function runViewsOf(blobs: BlobStore, runs: readonly Run[], now: number): Promise<RunView[]> {
  const views = runs.map(
    (run): RunView => ({
      run: run.run,
      status: shownStatus(run, now),
      scheduled_at: run.scheduled_at,
      due_at: run.due_at,
      ...Object.fromEntries(optionalOfRun.filter((key) => run[key] !== undefined).map((key) => [key, run[key]])),
      ...shownError(run),
      attempts: run.attempts.map(attemptView),
    }),
  );
  return withResults(
    blobs,
    views,
    runs.map(({ result }) => result),
  );
}
