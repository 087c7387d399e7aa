import { isKnownJob } from "../../../core/job/job.ts";
import { type Guard, NotStarted } from "../context.ts";

/** Before all that ends a job: the outcome could not be written, since nobody could tell when its next run is. */
export const known: Guard = ({ job }) =>
  isKnownJob(job) ? undefined : new NotStarted("the job is of a kind that only a later version knows");
