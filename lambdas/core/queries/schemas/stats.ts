import * as z from "zod";

const Percentiles = () => {
  const value = z.int().nullable();
  return z.object({ p50: value, p95: value, p99: value });
};

const Counts = z.object({ scheduled: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int() });

const Part = z.object({
  from: z.int().describe("The start of the part. Epoch milliseconds."),
  to: z.int().describe("Its end. The last part ends with the window."),
  counts: Counts,
});

export const StatsSchema = z
  .object({
    product_tag: z.string(),
    env: z.string(),
    from: z.int().describe("The start of the first counted hour. Epoch milliseconds."),
    to: z.int().describe("The end of the last counted hour. Epoch milliseconds."),
    counts: Counts,
    success_rate: z
      .number()
      .nullable()
      .describe("The share of completed runs among completed and failed ones. Null if there are none."),
    completed_first_try: z.int(),
    completed_after_retry: z.int(),
    mean_attempts: z.number().nullable(),
    lateness_ms: Percentiles().describe("From when an attempt was due to when it started."),
    duration_ms: Percentiles().describe("From when an attempt started to when it ended."),
    parts: z.array(Part).exactOptional().describe("With `part_hours`: the parts of the window, oldest first."),
  })
  .meta({ id: "Stats" });
