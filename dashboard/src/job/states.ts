import type { Job, JobSummary, RunWait } from "../../../sdk/src/answers.ts";
import { isFinished } from "../../../sdk/src/is-finished.ts";

/** How long before its time a job counts as about to change. */
const soonMs = 60_000;

/** Whether nothing is expected to happen to the job soon, so that it need not be asked for often. */
export const isSettled = (job: Pick<JobSummary, "status" | "due_at">, now: number): boolean =>
  isFinished(job) || job.status === "paused" || (job.status === "scheduled" && job.due_at - now > soonMs);

/** When the first attempt of a job's run started, or of one of its runs. Retries change nothing in it. */
export const firstStartOf = (job: Partial<Pick<Job, "first_started_at" | "attempts" | "started_at">>) =>
  job.first_started_at ?? job.attempts?.find(({ attempt }) => attempt === 1)?.started_at ?? onlyStart(job);

const onlyStart = ({ attempts, started_at }: Partial<Pick<Job, "attempts" | "started_at">>) =>
  attempts?.length === 0 ? started_at : undefined;

/** Milliseconds from when a run was planned to when its first attempt started. A wait for a limit or a pause is part of it. */
export function latenessOf(
  job: Pick<Job, "scheduled_at"> & Partial<Pick<Job, "first_started_at" | "attempts" | "started_at">>,
): number | undefined {
  const first = firstStartOf(job);
  return first === undefined ? undefined : Math.max(0, first - job.scheduled_at);
}

/** The limits that a job's attempts pass: its start may have waited for them, so that it was not late. */
export const limitsOf = ({ gates = [] }: Pick<JobSummary, "gates">): string[] => gates.map(({ limit }) => limit);

/** Which attempt a job waits for, after others have failed: `retrying 7/9`. Undefined before its first attempt and after its last. */
export function retryOf({ status, retrying }: Pick<JobSummary, "status" | "retrying">) {
  const waits = status === "scheduled" || status === "queued";
  return waits && retrying ? `retrying ${retrying.attempt}/${retrying.of}` : undefined;
}

type Held = NonNullable<Job["attempts"][number]["held"]>;

/** What held a start back, in words: `2 min paused, 14 s in the line of sms`. Undefined if nothing did. */
export function heldText({ paused_ms, limits = [] }: Held, duration: (ms: number) => string): string | undefined {
  const parts = [
    ...(paused_ms === undefined ? [] : [`${duration(paused_ms)} paused`]),
    ...limits.map(({ limit, ms }) => `${duration(ms)} in the line of ${limit}`),
  ];
  return parts.length > 0 ? parts.join(", ") : undefined;
}

/** Milliseconds from start to end, or until now while the job runs. */
export function durationOf(
  { status, started_at, finished_at }: Pick<JobSummary, "status" | "started_at" | "finished_at">,
  now: number,
): number | undefined {
  if (started_at === undefined) return undefined;
  if (finished_at !== undefined) return Math.max(0, finished_at - started_at);
  return status === "running" ? Math.max(0, now - started_at) : undefined;
}

/** What ends a wait of a run: `paid A-1042 or refused`. */
export function awaitedOf({ signals, asked }: Pick<RunWait, "signals" | "asked">): string {
  if (asked) return `a decision of ${asked.join(" or ")}`;
  return signals?.map(({ signal, key }) => (key === undefined ? signal : `${signal} ${key}`)).join(" or ") ?? "a time";
}

/** What a job that has not finished waits for. */
export function waitingFor(
  job: Pick<JobSummary, "status" | "type" | "attempt" | "waiting_for" | "waits">,
): string | undefined {
  const { waiting_for: holds, waits } = job;
  if (holds && "pause" in holds) return "a pause";
  if (holds) return holds.position === undefined ? holds.limit : `${holds.limit}, place ${holds.position}`;
  switch (job.status) {
    case "scheduled":
      return job.attempt > 1 ? `retry ${job.attempt - 1}` : "its time";
    case "queued":
      return "a consumer";
    case "running":
      return waits ? waits.map(awaitedOf).join(", ") : job.type === "feature" ? "its steps" : undefined;
    case "paused":
      return "being resumed";
    default:
      return undefined;
  }
}

/** Who made or changed a job. Undefined for a feature, of which its step says so itself. */
export function actorOf(actor: Job["made_by"]): string | undefined {
  switch (actor?.kind) {
    case "key":
      return actor.id === "deployed" ? "the key of the deployment" : `the key ${actor.name ?? actor.id}`;
    case "identity":
      return `the IAM identity ${actor.id}`;
    case "service":
      return `a request by ${actor.name}`;
    case "alert":
      return "an alert";
    case "schedule":
      return actor.name === undefined ? "the catalog" : `the schedule ${actor.name}`;
    default:
      return undefined;
  }
}

/** What was done to a job by its last change. */
export const changedWords: Record<NonNullable<Job["by"]>["change"], string> = {
  cancel: "Cancelled",
  pause: "Paused",
  resume: "Resumed",
  reschedule: "Rescheduled",
  retry: "Retried",
  run_now: "Run at once",
  skip_next: "Skipped a run",
  migrate: "Moved to the present definition",
  replace: "Replaced",
};

/** What is known of why a job started after its time. */
export const heldOf = ({ lateness }: Pick<JobSummary, "lateness">, duration: (ms: number) => string) =>
  lateness && { says: heldText(lateness, duration), late_ms: lateness.late_ms };
