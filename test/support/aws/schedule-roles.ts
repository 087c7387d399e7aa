import type { ScheduleRoles } from "../../../lambdas/aws/start/env.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";

/** The stack's schedule roles, named after the type that each belongs to. */
export const scheduleRoles = Object.fromEntries(
  jobTypes.map((type) => [type, `arn:aws:iam::000000000000:role/scheduler-${type}`]),
) as ScheduleRoles;
