import type { JobSummary } from "../../../sdk/src/index.ts";
import { isFinished } from "../../../sdk/src/is-finished.ts";

type State = Pick<JobSummary, "status" | "recurring" | "ending" | "rolled_back">;

export type ActionId = "run-now" | "retry" | "pause" | "resume" | "skip-next" | "cancel" | "delete";

/** A change that a person can make to a job: when it is allowed, how it reads, and the same in code. */
export interface JobAction {
  id: ActionId;
  label: string;
  /** It takes something away, or another press cannot undo it. */
  danger?: boolean;
  allowed(job: State): boolean;
  /** What it does, for the question before. */
  says(job: State): string;
  /** What happened, for the message afterwards. */
  done: string;
}

const waits = ({ status }: State) => status === "scheduled" || status === "queued";

export const jobActions: readonly JobAction[] = [
  {
    id: "run-now",
    label: "Run now",
    allowed: waits,
    says: ({ recurring }) =>
      recurring
        ? "The next run starts now. The series continues as planned."
        : "The job starts now instead of at its time.",
    done: "Due now",
  },
  {
    id: "retry",
    label: "Retry",
    allowed: ({ status, rolled_back }) => status === "failed" && !rolled_back?.failed && !rolled_back?.error,
    says: ({ rolled_back }) =>
      rolled_back
        ? "Its steps were undone: the run begins from the start, and all of them run again."
        : "The job runs again now, with all of its retries.",
    done: "Retried",
  },
  {
    id: "resume",
    label: "Resume",
    allowed: ({ status }) => status === "paused",
    says: () => "The series goes on with its next occurrence from now. Missed runs are not made up for.",
    done: "Resumed",
  },
  {
    id: "pause",
    label: "Pause",
    allowed: (job) => job.recurring && !isFinished(job) && job.status !== "paused",
    says: () => "No run starts until the series is resumed. A run under way ends first.",
    done: "Paused",
  },
  {
    id: "skip-next",
    label: "Skip next",
    allowed: (job) => job.recurring && job.status === "scheduled",
    says: () => "The next run is left out. The series goes on with the one after it.",
    done: "Skipped",
  },
  {
    id: "cancel",
    label: "Cancel",
    danger: true,
    allowed: (job) => !isFinished(job),
    says: ({ recurring, status, ending }) =>
      ending
        ? "Its steps are being undone. It ends at once now, and what is not undone stays."
        : `${recurring ? "The series ends." : "The job will not run."}${status === "running" ? " The outcome of the running attempt is discarded." : ""} This cannot be undone.`,
    done: "Cancelled",
  },
  {
    id: "delete",
    label: "Delete",
    danger: true,
    allowed: isFinished,
    says: () => "The job, its runs and its result are removed. This cannot be undone.",
    done: "Deleted",
  },
];

export const actionsFor = (job: State): JobAction[] => jobActions.filter(({ allowed }) => allowed(job));
