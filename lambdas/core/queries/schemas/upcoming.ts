import * as z from "zod";
import { at } from "./at.ts";

export const UpcomingSchema = z
  .object({
    from: at("The start of the current minute."),
    minutes: z
      .array(z.object({ at: at("The start of the minute."), count: z.int() }))
      .describe(
        "How many pending jobs are due in each minute, those of the current minute that are still ahead first.",
      ),
    total: z.int().describe("The sum of the counts."),
    truncated: z
      .boolean()
      .describe(
        "Whether more jobs are due than were counted. The last minute of the list is then incomplete, and later minutes are missing.",
      ),
    hot_minutes: z
      .array(
        z.object({
          at: at("The start of the minute."),
          product_tag: z.string(),
          env: z.string(),
          count: z.int().describe("Roughly how many jobs have been scheduled for it, those cancelled since included."),
          further_minutes: z
            .int()
            .describe(
              "By how much earlier the messages of further jobs in its quarter hour are asked for, in minutes.",
            ),
        }),
      )
      .describe(
        "The minutes that hold more jobs of one product and env than EventBridge Scheduler starts in a minute, earliest first. They are counted when they are scheduled, more than 15 minutes ahead, and not limited to 10,000.",
      ),
    starts_per_second: z
      .int()
      .describe("How many schedules EventBridge Scheduler starts per second, by the quota that the deployment knows."),
  })
  .meta({ id: "Upcoming", description: "How many jobs are due in each of the next minutes." });
