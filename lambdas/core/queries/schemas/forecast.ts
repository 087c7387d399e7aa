import * as z from "zod";
import { at } from "./at.ts";
import { limitNumbers } from "./limits.ts";
import { PauseReferenceSchema } from "./pauses.ts";
import { UpcomingSchema } from "./upcoming.ts";

const place = { product_tag: z.string(), env: z.string() };

export const ForecastHourSchema = z
  .object({
    at: at("The start of the hour."),
    count: z.int().describe("How many starts are due in it, those of the current hour that are still ahead."),
    events: z
      .array(z.object({ ...place, event: z.string(), count: z.int() }))
      .describe("The same by event, the most first, at most 50. An event without any is left out."),
    more_events: z.int().exactOptional().describe("How many more events there are. Absent: none."),
  })
  .meta({ id: "ForecastHour", description: "What is due in one hour." });

export const ForecastLineSchema = z
  .object({
    from: at("When it begins: now, if it is there already."),
    longest: z.int().describe("How long it gets."),
    longest_at: at("When it is as long as that."),
    empty_at: at("When it is empty again. Absent if it is not by `covers_until`.").exactOptional(),
  })
  .meta({ id: "ForecastLine", description: "A line of jobs that wait at a limit." });

export const ForecastLimitSchema = z
  .object({
    ...place,
    limit: z.string().describe("The name of the limit in the catalog."),
    key: z.string().describe("The key; empty for a limit without keys. A long or hidden key is a hash."),
    ...limitNumbers,
    due: z.int().describe("How many jobs come to it, those included that wait there now."),
    waiting_now: z.int().describe("How many jobs are due already and have not started."),
    waits: z.int().describe("How many of them stand in line, however shortly."),
    longest_wait_ms: z.int().describe("How long one of them waits at most, in milliseconds."),
    lines: z.array(ForecastLineSchema).describe("The lines, the longest first, at most 5."),
    left: z.int().describe("How many stand in line at `covers_until`."),
    no_wait: z
      .object(limitNumbers)
      .exactOptional()
      .describe(
        "The least numbers at which none of those who are still to come would wait. Absent where none of them waits; a number is absent where none that is allowed would do.",
      ),
    duration_ms: z
      .int()
      .exactOptional()
      .describe("How long a job is taken to hold a slot, on average, as measured. Absent for a limit without slots."),
    unknown_duration: z
      .literal(true)
      .exactOptional()
      .describe("Nothing that passes it was measured, so it is not known how long slots are held: they are left out."),
  })
  .meta({ id: "ForecastLimit", description: "What comes to one limit, for one key." });

export const ForecastSchema = z
  .object({
    from: at("Now."),
    until: at("The end of the forecast, which is that of an hour."),
    is_complete: z
      .boolean()
      .describe("Whether all jobs were read that are due until then, and all that are due already."),
    covers_until: at("Up to when all that is due was counted: `until`, unless there was too much."),
    examined: z.int().describe("How many jobs were read."),
    counted: z.int().describe("How many starts are due until `covers_until`: the sum of the hours."),
    overdue: z.int().describe("How many jobs are due already and have not started. They are in no hour."),
    more_overdue: z.literal(true).exactOptional().describe("There are more of them than were read."),
    hours: z.array(ForecastHourSchema).describe("The hours up to `covers_until`, the current one first."),
    hot_minutes: UpcomingSchema.shape.hot_minutes.describe(
      "The minutes that have more starts of one product and env than EventBridge Scheduler starts in a minute, earliest first.",
    ),
    starts_per_second: UpcomingSchema.shape.starts_per_second,
    limits: z
      .array(ForecastLimitSchema)
      .describe("The limits at which jobs are due, each key by itself, the longest lines first; at most 50."),
    more_limits: z.int().exactOptional().describe("How many more there are. Absent: none."),
    pauses: z
      .array(PauseReferenceSchema)
      .exactOptional()
      .describe("Pauses that hold something of it now. The forecast is what would be without them."),
  })
  .meta({ id: "Forecast", description: "What is due in the next hours, and the lines that it makes." });
