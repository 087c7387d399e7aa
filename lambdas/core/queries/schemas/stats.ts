import * as z from "zod";
import { at } from "./at.ts";

const Percentile = z.int().nullable();

export const PercentilesSchema = z
  .object({ p50: Percentile, p95: Percentile, p99: Percentile })
  .describe("Estimates, to within a factor of two. Null if there is nothing to measure.");

const Counts = z.object({ scheduled: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int() });

const Times = {
  lateness_ms: PercentilesSchema.describe("From when an attempt was due to when it started."),
  duration_ms: PercentilesSchema.describe("From when an attempt started to when it ended."),
};

const Part = z.object({
  from: at("The start of the part."),
  to: at("Its end. The last part ends with the window."),
  counts: Counts,
  ...Times,
});

export const StatsSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    event: z.string().exactOptional().describe("Present if the runs of this event only were asked for."),
    from: at("The start of the first counted hour."),
    to: at("The end of the last counted hour."),
    counts: Counts,
    success_rate: z
      .number()
      .nullable()
      .describe("The share of completed runs among completed and failed ones. Null if there are none."),
    completed_first_try: z.int(),
    completed_after_retry: z.int(),
    mean_attempts: z.number().nullable().describe("Attempts that ended, over runs that completed or failed."),
    ...Times,
    parts: z.array(Part).exactOptional().describe("With `part_hours`: the parts of the window, oldest first."),
  })
  .meta({ id: "Stats", description: "Statistics of one product and env, or of an event of it, over whole hours." });
