import type { JobStatus, JobSummary } from "../../../sdk/src/job.ts";

export const statuses: readonly JobStatus[] = [
  "scheduled",
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "paused",
];
export const types = [
  "action",
  "notification",
  "database_action",
  "function",
  "storage",
  "publish",
  "feature",
] as const;

export const isFinal = ({ status }: { status: string }): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

/** How long before its time a job counts as about to change. */
const soonMs = 60_000;

/** Whether nothing is expected to happen to the job soon, so that it need not be asked for often. */
export const isSettled = (job: Pick<JobSummary, "status" | "due_at">, now: number): boolean =>
  isFinal(job) || job.status === "paused" || (job.status === "scheduled" && job.due_at - now > soonMs);

/** Milliseconds from when the current attempt was due to when it started. */
export const latenessOf = ({ due_at, started_at }: Pick<JobSummary, "due_at" | "started_at">): number | undefined =>
  started_at === undefined ? undefined : Math.max(0, started_at - due_at);

/** Milliseconds from start to end, or until now while the job runs. */
export function durationOf(
  { status, started_at, finished_at }: Pick<JobSummary, "status" | "started_at" | "finished_at">,
  now: number,
): number | undefined {
  if (started_at === undefined) return undefined;
  if (finished_at !== undefined) return Math.max(0, finished_at - started_at);
  return status === "running" ? Math.max(0, now - started_at) : undefined;
}

/** What a job that has not finished waits for. */
export function waitingFor(job: Pick<JobSummary, "status" | "type" | "attempt" | "waiting_for">): string | undefined {
  const { waiting_for: holds } = job;
  if (holds && "pause" in holds) return "a pause";
  if (holds) return holds.position === undefined ? holds.limit : `${holds.limit}, place ${holds.position}`;
  switch (job.status) {
    case "scheduled":
      return job.attempt > 1 ? `retry ${job.attempt - 1}` : "its time";
    case "queued":
      return "a consumer";
    case "running":
      return job.type === "feature" ? "its steps" : undefined;
    case "paused":
      return "being resumed";
    default:
      return undefined;
  }
}
