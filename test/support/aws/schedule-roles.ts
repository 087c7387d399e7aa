import type { ScheduleRoles } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";

/** The roles of the stack, by names that say whose they are. */
export const scheduleRoles = Object.fromEntries(
  jobTypes.map((type) => [type, `arn:aws:iam::000000000000:role/scheduler-${type}`]),
) as ScheduleRoles;
