import type { Job } from "../../lambdas/core/job/job.ts";

/** The feature whose runs are code. */
export const codedEvent = "program";

export const isCoded = ({ event, type }: Pick<Job, "event" | "type">): boolean =>
  type === "feature" && event === codedEvent;
