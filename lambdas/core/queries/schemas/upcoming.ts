import * as z from "zod";
import { lazy } from "../../schema/lazy.ts";

export const UpcomingSchema = lazy(() =>
  z
    .object({
      from: z.int().describe("The start of the current minute. Epoch milliseconds."),
      minutes: z
        .array(z.object({ at: z.int().describe("The start of the minute. Epoch milliseconds."), count: z.int() }))
        .describe(
          "How many pending jobs are due in each minute, those of the current minute that are still ahead first.",
        ),
      total: z.int().describe("The sum of the counts."),
      truncated: z
        .boolean()
        .describe(
          "Whether more jobs are due than were counted. The last minute of the list is then incomplete, and later minutes are missing.",
        ),
      starts_per_second: z
        .int()
        .describe("How many schedules EventBridge Scheduler starts per second, by its default quota."),
    })
    .meta({ id: "Upcoming" }),
);
