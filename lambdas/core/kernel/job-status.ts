export const jobStatuses = ["scheduled", "queued", "running", "completed", "failed", "cancelled", "paused"] as const;
export type JobStatus = (typeof jobStatuses)[number];
