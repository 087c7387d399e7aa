/** The job types. `consumers/types/definitions.ts` says what each of them is. */
export const jobTypes = [
  "action",
  "notification",
  "database_action",
  "function",
  "storage",
  "publish",
  "feature",
] as const;
export type JobType = (typeof jobTypes)[number];
