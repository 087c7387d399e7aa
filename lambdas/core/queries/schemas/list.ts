import * as z from "zod";
import { jobStatuses } from "../../kernel/job-status.ts";
import { JobFailureSchema } from "./failure.ts";
import { AttemptSchema, CachedFromField, resultFields, summaryFields } from "./job.ts";

const next = z.string().exactOptional().describe("The cursor of the next page; absent on the last page.");

export const JobSummarySchema = z.object(summaryFields).meta({ id: "JobSummary" });

export const JobListSchema = z.object({ jobs: z.array(JobSummarySchema), next_cursor: next }).meta({ id: "JobList" });

export const RunSchema = z
  .object({
    run: z.int().min(1),
    status: z.enum(jobStatuses),
    scheduled_at: z.int().describe("When the run was planned to start. Epoch milliseconds."),
    due_at: z.int().describe("When its last attempt was due, or its next one is. Epoch milliseconds."),
    started_at: z.int().exactOptional(),
    finished_at: z.int().exactOptional(),
    attempts: z.array(AttemptSchema),
    error: JobFailureSchema.exactOptional(),
    reason: z.string().exactOptional(),
    cached_from: CachedFromField.exactOptional(),
    ...resultFields,
  })
  .meta({ id: "Run" });

export const RunListSchema = z.object({ runs: z.array(RunSchema), next_cursor: next }).meta({ id: "RunList" });
