import * as z from "zod";
import { drifts } from "../../catalog/schedules.ts";
import { at } from "./at.ts";
import { FireTimeSchema } from "./explanation.ts";
import { JobStatusSchema, summaryFields } from "./job.ts";
import { searchedFields } from "./searched.ts";

export const LastRunSchema = z
  .object({
    run: z.int().min(1).describe("The number of the run, from 1."),
    status: JobStatusSchema,
    scheduled_at: at("When the run was planned to start."),
    started_at: at("When its latest attempt started.").exactOptional(),
    finished_at: at("When it ended.").exactOptional(),
    lateness_ms: z
      .int()
      .exactOptional()
      .describe(
        "Milliseconds from when its first attempt was due to when that started. With more than 25 attempts: the oldest kept one.",
      ),
    duration_ms: z.int().exactOptional().describe("Milliseconds from `started_at` to `finished_at`."),
  })
  .describe("A run of a series that has begun.");

export const SeriesSchema = z
  .object({
    ...summaryFields,
    drift: z
      .array(z.enum(drifts))
      .exactOptional()
      .describe(
        "How the job of a schedule differs from the catalog, which is put right at the next deployment that changes a schedule: a request has `paused`, `rescheduled` or `ended` it; `outdated` and `removed`: the deployment has not been followed yet. Absent if it does not differ.",
      ),
    last_runs: z.array(LastRunSchema).describe("The runs that have begun, the latest first, at most 30."),
    next_runs: z
      .array(FireTimeSchema)
      .describe(
        "The next run times, at most 10. Those of a paused series are the ones that it would have if it were resumed now.",
      ),
  })
  .meta({ id: "Series", description: "A recurring job with its runs." });

export const SeriesListSchema = z
  .object({
    series: z.array(SeriesSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
    ...searchedFields,
  })
  .meta({ id: "SeriesList" });
