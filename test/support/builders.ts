import { aJob as demoJob, noon } from "../../bench/support/a-job.ts";
import { type Job, type JobMessage, jobMessageOf } from "../../lambdas/core/job/job.ts";
import type { JobEvent, JobEventName } from "../../lambdas/core/job/job-event.ts";
import { stepJobId } from "../../lambdas/core/job/job-id.ts";
import { leadMs } from "../../lambdas/core/job/route.ts";
import { pick } from "../../lambdas/core/kernel/defined.ts";

export { noon };

/** A job that is due at noon and waits in its queue. */
export const aJob = (overrides: Partial<Job> = {}): Job => demoJob({ product: "shop", event: "charge", ...overrides });

/** When the Scheduler is asked for the message of a job, epoch seconds, if no minute holds many. */
export const askedFor = ({ id, due_at }: Pick<Job, "id" | "due_at">): number =>
  Math.floor((due_at - leadMs(id)) / 1000);

/** Makes a job the step `main.a` of a feature. */
export const stepOf = (feature: Job): Pick<Job, "id" | "parent"> => ({
  id: stepJobId(feature, "main.a"),
  parent: { message: jobMessageOf(feature), step: "main.a" },
});

/** The message of a job, or of one that was never stored. */
export const aMessage = (job: Job = aJob(), overrides: Partial<JobMessage> = {}): JobMessage => ({
  ...jobMessageOf(job),
  ...overrides,
});

/** An event of a job, or of one that was never stored. */
export const anEvent = (name: JobEventName = "completed", job: Job = aJob()): JobEvent => ({
  name,
  time: noon,
  detail: {
    job_id: job.id,
    product_tag: job.product,
    ...pick(job, [
      "env",
      "event",
      "type",
      "run",
      "attempt",
      "status",
      "scheduled_at",
      "due_at",
      "created_at",
      "version",
    ]),
  },
});
