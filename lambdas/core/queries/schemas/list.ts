import * as z from "zod";
import { at } from "./at.ts";
import { JobFailureSchema } from "./failure.ts";
import {
  AttemptSchema,
  CachedFromField,
  JobStatusSchema,
  RolledBackField,
  resultFields,
  summaryFields,
} from "./job.ts";
import { searchedFields } from "./searched.ts";

const next = z.string().exactOptional().describe("The cursor of the next page. Absent on the last page.");

export const JobSummarySchema = z
  .object(summaryFields)
  .meta({ id: "JobSummary", description: "A job as lists show it." });

export const JobListSchema = z
  .object({ jobs: z.array(JobSummarySchema), next_cursor: next, ...searchedFields })
  .meta({ id: "JobList" });

export const RunSchema = z
  .object({
    run: z.int().min(1).describe("The number of the run, from 1."),
    status: JobStatusSchema,
    scheduled_at: at("When it was planned to start."),
    due_at: at("When the last of its attempts was due, or the next one is."),
    started_at: at("When its latest attempt started.").exactOptional(),
    finished_at: at("When it ended.").exactOptional(),
    attempts: z.array(AttemptSchema),
    error: JobFailureSchema.exactOptional(),
    reason: z.string().exactOptional(),
    cached_from: CachedFromField.exactOptional(),
    rolled_back: RolledBackField.exactOptional(),
    ...resultFields,
  })
  .meta({ id: "Run", description: "One occurrence of a job. A one-time job has only one." });

export const RunListSchema = z.object({ runs: z.array(RunSchema), next_cursor: next }).meta({ id: "RunList" });
