import * as z from "zod";
import { jobTypes } from "../../job/job.ts";
import { type JobErrorCode, jobErrorCodes } from "../../job/job-error.ts";
import { lazy } from "../../schema/lazy.ts";
import { RepeatSchema } from "./job.ts";

const Codes = () => z.array(z.enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]]));

const jobFields = () => ({
  product_tag: z.string(),
  env: z.string(),
  event: z.string(),
  type: z.enum(jobTypes),
  app: z.string().exactOptional(),
  target: z
    .object({ section: z.string(), name: z.string() })
    .describe("The section of the catalog and the entry in it that the event names."),
  due_at: z.int().describe("Epoch milliseconds."),
  recurring: z.boolean(),
  repeat: RepeatSchema().exactOptional(),
  expires_at: z.int().exactOptional().describe("Epoch milliseconds."),
  timeout_ms: z.int(),
  retries: z.int(),
  retry_policy: z.object({
    initial_delay: z.int(),
    max_delay: z.int(),
    backoff_multiplier: z.number(),
    jitter: z.boolean(),
    retryable_errors: Codes(),
    non_retryable_errors: Codes(),
  }),
  labels: z.array(z.string()).exactOptional(),
  input_bytes: z.int().describe("The size of the input as JSON."),
});

export const CostSchema = () =>
  z.object({
    usd_per_million: z.number().describe("US dollars for a million such jobs that succeed at the first attempt."),
    region: z.string(),
    prices_as_of: z.string(),
    breakdown: z.array(
      z.object({
        what: z.string(),
        count: z.number().describe("How many a run: requests, KB written, GB-seconds."),
        usd_per_million: z.number(),
      }),
    ),
    assumptions: z.array(z.string()),
  });

export const RouteSchema = () =>
  z.discriminatedUnion("via", [
    z.object({ via: z.literal("queue"), delay_seconds: z.int(), why: z.string() }),
    z.object({ via: z.literal("scheduler"), schedule_at: z.int().describe("Epoch milliseconds."), why: z.string() }),
  ]);

export const FireTimeSchema = () =>
  z.object({
    at: z.int().describe("Epoch milliseconds."),
    local: z.string().describe("The same in the time zone of the series, with its offset."),
    note: z.string().exactOptional().describe("What a change of the clocks does to it."),
  });

export const AttemptWindowSchema = () => z.object({ attempt: z.int(), earliest_ms: z.int(), latest_ms: z.int() });

export const ExplanationSchema = lazy(() =>
  z
    .object({
      valid: z.literal(true),
      job: z.object(jobFields()),
      route: RouteSchema(),
      next_runs: z.array(FireTimeSchema()).describe("Up to 10."),
      retry_timetable: z
        .array(AttemptWindowSchema())
        .describe(
          "When each attempt may start, in milliseconds after the first is due, if all before it fail: at once and with the least jitter, or after their whole timeout and with the most.",
        ),
      estimated_cost: CostSchema(),
    })
    .meta({ id: "Explanation" }),
);
