import * as z from "zod";
import { at } from "./at.ts";
import { CostSchema } from "./explanation.ts";

const usd = (text: string) => z.number().describe(`${text} In US dollars, by list prices.`);

export const costParts = ["requests", "functions", "table", "queues", "schedules", "bucket", "events"] as const;

const listPrices = {
  region: z.string().describe("The Region whose prices these are."),
  prices_as_of: z.string().describe("The date of the prices."),
  assumptions: z.array(z.string()).describe("What is taken where nothing is measured."),
  not_counted: z.array(z.string()).describe("What is not in it."),
};

export const CostPartSchema = z
  .object({ part: z.enum(costParts), usd: usd("What was used of it.") })
  .meta({ id: "CostPart", description: "What a job has used of one part of AWS." });

export const JobCostSchema = z
  .object({
    job_id: z.string(),
    usd: usd("What the job has used, with its steps."),
    so_far: z.literal(true).exactOptional().describe("The job has not ended."),
    parts: z.array(CostPartSchema).describe("The same by parts of AWS, those that were used."),
    breakdown: z
      .array(
        z.object({
          what: z.string(),
          count: z.number().describe("The number of units: requests, KB written, reads or GB-seconds."),
          usd: usd("What they cost."),
        }),
      )
      .describe("The same by what was done."),
    runs: z
      .object({ examined: z.int(), of: z.int() })
      .exactOptional()
      .describe("Of a series: how many of its runs were looked at, the latest ones, and how many it has had."),
    steps: z
      .object({
        examined: z.int().describe("How many jobs of steps were looked at, the steps of steps included."),
        usd: usd("What the steps have used; it is part of the whole."),
        more: z.literal(true).exactOptional().describe("There are more of them than were looked at."),
        missing: z.int().exactOptional().describe("How many of them are no longer kept. Absent: none."),
      })
      .exactOptional()
      .describe("The steps of the feature. Absent for any other job."),
    estimated: CostSchema.describe(
      "What `POST /v1/explain` says of a million such jobs: one run each that succeeds at its first attempt, without steps and limits.",
    ),
    ...listPrices,
    unknown: z.array(z.string()).exactOptional().describe("What is not known of this job, and what is taken instead."),
  })
  .meta({ id: "JobCost", description: "What a job has used, times list prices. An estimate." });

export const CostRowSchema = z
  .object({
    event: z.string().exactOptional().describe("With `by=event`."),
    label: z.string().exactOptional().describe("With `by=label`. Absent for jobs without labels."),
    runs: z.int().describe("How many runs have ended."),
    attempts: z.int().describe("How many attempts they took."),
    usd: usd("What they have used."),
  })
  .meta({ id: "CostRow", description: "What the jobs of an event, or those with a label, have used." });

export const CostsSchema = z
  .object({
    product_tag: z.string(),
    env: z.string().exactOptional().describe("Absent: all that the key has access to."),
    from: at("The start of the time."),
    to: at("Its end, which is not part of it."),
    by: z.enum(["event", "label"]),
    usd: usd("What the runs that were looked at have used."),
    runs: z.int().describe("How many runs were looked at that have ended in this time."),
    rows: z
      .array(CostRowSchema)
      .describe(
        "The dearest first, at most 100. With `by=label` a job is in each of its labels, and a step in those of its feature.",
      ),
    more_rows: z
      .object({ count: z.int(), usd: usd("What they have used.") })
      .exactOptional()
      .describe("Further rows. Absent: none."),
    is_complete: z.boolean().describe("Whether everything was looked at that is kept of this time."),
    examined: z.int().describe("How many jobs and runs of series were read."),
    looked_back_to: at("Jobs that ended before this were not looked at. Absent if all were.").exactOptional(),
    ended: z
      .int()
      .describe(
        "How many runs have ended by the statistics, which count whole hours, from the hour of `from` to that of `to`, and are kept for 90 days.",
      ),
    extrapolated_usd: usd(
      "What all of them have used if they are like those that were looked at. Absent where the statistics know of no others, and where `from` is not on the hour, or `to` neither on the hour nor now.",
    ).exactOptional(),
    ...listPrices,
    unknown: z.array(z.string()).exactOptional().describe("What is not known of some jobs, and what is taken instead."),
  })
  .meta({
    id: "Costs",
    description: "What the jobs of a product have used in some time, times list prices. An estimate.",
  });
