import { JobError } from "../core/errors.ts";
import type { Execute } from "../core/job-type.ts";

/** Stands where a type's executor will: its jobs fail at once and say so. */
export const noExecutor: Execute = async ({ job }) => {
  throw new JobError("CONFIGURATION_ERROR", `This version of Ductape Jobs does not execute ${job.type} jobs yet.`);
};
