import { type JobStatus, jobStatuses } from "../../../lambdas/core/kernel/job-status.ts";
import type { Operation } from "../../../sdk/src/index.ts";

/** The statuses of the jobs that each action can change; a test compares them with the API's. */
export const changeable: Readonly<Record<Operation["action"], readonly JobStatus[]>> = {
  cancel: ["scheduled", "queued", "running", "paused"],
  pause: ["scheduled", "queued", "running"],
  resume: ["paused"],
  retry: ["failed"],
  delete: ["completed", "failed", "cancelled"],
  reschedule: ["scheduled", "queued", "paused"],
  "run-now": ["scheduled"],
  count: jobStatuses,
};
