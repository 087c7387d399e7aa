import * as z from "zod";
import { lazy } from "../schema/lazy.ts";
import { jobStatuses, jobTypes } from "./job.ts";
import { type JobErrorCode, jobErrorCodes } from "./job-error.ts";

const at = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);

/** The details of a job event, on the bus and in webhooks: never an input or a result. */
export const JobEventDetailSchema = lazy(() =>
  z
    .object({
      job_id: z.string(),
      product_tag: z.string(),
      env: z.string(),
      event: z.string().describe("The tag of the job event."),
      type: z.enum(jobTypes),
      run: z.int().min(1),
      attempt: z.int().min(1),
      status: z
        .enum(jobStatuses)
        .describe("The job's after it; of a run that ended while its recurring job goes on, that run's."),
      scheduled_at: at("When it was to start."),
      due_at: at("When the attempt might start; of `job.retrying` the next one."),
      created_at: at("When the job was requested: another job that has its id, by its key, was at another time."),
      started_at: at("When the attempt started.").exactOptional(),
      finished_at: at("When it ended.").exactOptional(),
      error_code: z
        .enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]])
        .exactOptional()
        .describe("Why the run failed, or the attempt that is tried again."),
      labels: z.array(z.string()).exactOptional(),
      version: z
        .int()
        .min(1)
        .describe("Rises from event to event of a job. One with the same name and version is a repetition."),
    })
    .meta({ id: "JobEventDetail" }),
);
