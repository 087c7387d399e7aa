import * as z from "zod";
import { jobStatuses } from "../../core/job/job.ts";
import type { RunView, SummaryView } from "../../core/queries/view.ts";
import { lazy } from "../../core/schema/lazy.ts";
import { AttemptSchema, JobFailureSchema, resultFields, summaryFields } from "./job.ts";

const next = () => z.string().optional().describe("Where the next page starts; absent on the last one.");

export const JobSummarySchema = lazy(
  () => z.object(summaryFields()).meta({ id: "JobSummary" }) satisfies z.ZodType<SummaryView>,
);

export const JobListSchema = lazy(() =>
  z.object({ jobs: z.array(JobSummarySchema()), next_cursor: next() }).meta({ id: "JobList" }),
);

const RunSchema = lazy(
  () =>
    z
      .object({
        run: z.int().min(1),
        status: z.enum(jobStatuses),
        scheduled_at: z.int().describe("When it was planned. Epoch milliseconds."),
        due_at: z.int().describe("When the last of its attempts was due, or the next one is. Epoch milliseconds."),
        started_at: z.int().optional(),
        finished_at: z.int().optional(),
        attempts: z.array(AttemptSchema()),
        error: JobFailureSchema().optional(),
        reason: z.string().optional(),
        ...resultFields(),
      })
      .meta({ id: "Run" }) satisfies z.ZodType<RunView>,
);

export const RunListSchema = lazy(() =>
  z.object({ runs: z.array(RunSchema()), next_cursor: next() }).meta({ id: "RunList" }),
);
