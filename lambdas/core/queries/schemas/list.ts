import * as z from "zod";
import { jobStatuses } from "../../job/job.ts";
import { lazy } from "../../schema/lazy.ts";
import { AttemptSchema, JobFailureSchema, resultFields, summaryFields } from "./job.ts";

const next = () => z.string().exactOptional().describe("Where the next page starts; absent on the last one.");

export const JobSummarySchema = lazy(() => z.object(summaryFields()).meta({ id: "JobSummary" }));

export const JobListSchema = lazy(() =>
  z.object({ jobs: z.array(JobSummarySchema()), next_cursor: next() }).meta({ id: "JobList" }),
);

export const RunSchema = lazy(() =>
  z
    .object({
      run: z.int().min(1),
      status: z.enum(jobStatuses),
      scheduled_at: z.int().describe("When it was planned. Epoch milliseconds."),
      due_at: z.int().describe("When the last of its attempts was due, or the next one is. Epoch milliseconds."),
      started_at: z.int().exactOptional(),
      finished_at: z.int().exactOptional(),
      attempts: z.array(AttemptSchema()),
      error: JobFailureSchema().exactOptional(),
      reason: z.string().exactOptional(),
      ...resultFields(),
    })
    .meta({ id: "Run" }),
);

export const RunListSchema = lazy(() =>
  z.object({ runs: z.array(RunSchema()), next_cursor: next() }).meta({ id: "RunList" }),
);
