import * as z from "zod";
import { conflictPolicies } from "../../job/shared-key.ts";
import { at } from "./at.ts";
import { CachedFromField, JobTypeSchema, RepeatSchema } from "./job.ts";
import { ExplainedGateSchema } from "./limits.ts";
import { PauseReferenceSchema } from "./pauses.ts";

const ErrorNames = z.array(z.string()).describe("Codes of this API, or a provider's own.");

const jobFields = {
  product_tag: z.string(),
  env: z.string(),
  event: z.string(),
  type: JobTypeSchema,
  app: z.string().exactOptional(),
  target: z
    .object({ section: z.string(), name: z.string() })
    .describe("The catalog entry that the event runs, and its section."),
  targets: z
    .array(
      z.object({
        name: z.string(),
        order: z.int().describe("From 1: the order in which they are tried."),
        weight: z.number().exactOptional().describe("Its share of the jobs is this over the sum of all weights."),
        share: z.number().exactOptional().describe("The part of the jobs that it is the first target of, from 0 to 1."),
      }),
    )
    .exactOptional()
    .describe(
      "The targets that the entry stands for. With weights, the first one of a job is chosen by its share, and the others follow in this order. Absent for a single target.",
    ),
  due_at: at("When it would start."),
  recurring: z.boolean(),
  repeat: RepeatSchema.exactOptional().describe("The series of a recurring job."),
  expires_at: at("No attempt starts after this time.").exactOptional(),
  timeout_ms: z.int(),
  retries: z.int(),
  retry_policy: z.object({
    initial_delay: z.int(),
    max_delay: z.int(),
    backoff_multiplier: z.number(),
    jitter: z.boolean(),
    jitter_percent: z
      .number()
      .exactOptional()
      .describe("The part of each delay that is random, 0 to 1. Absent: all of it."),
    retryable_errors: ErrorNames,
    only_retryable_errors: z.boolean().exactOptional().describe("Whether nothing else is retried."),
    non_retryable_errors: ErrorNames,
  }),
  labels: z.array(z.string()).exactOptional(),
  priority: z.int().exactOptional().describe("Seconds of head start in the lines of limits, if any."),
  fairness_key: z.string().exactOptional().describe("The key by which the job takes turns with others in its queue."),
  debounce: z
    .object({
      key: z.string(),
      delay: z.int().describe("Milliseconds from the last request of the key to the start."),
      max_wait: z.int().describe("The most milliseconds from the first one."),
    })
    .exactOptional()
    .describe("Requests with this key share a job until it starts. The key is its hash if it is long."),
  unique: z
    .object({ key: z.string(), on_conflict: z.enum(conflictPolicies) })
    .exactOptional()
    .describe("At most one job with this key is open. The key is its hash if it is long."),
  input_bytes: z.int().describe("The size of the input as JSON."),
};

export const CostSchema = z
  .object({
    usd_per_million: z.number().describe("US dollars for a million such jobs that succeed at the first attempt."),
    region: z.string(),
    prices_as_of: z.string().describe("The date of the prices."),
    breakdown: z.array(
      z.object({
        what: z.string(),
        count: z.number().describe("The number of units per run: requests, KB written or GB-seconds."),
        usd_per_million: z.number(),
      }),
    ),
    assumptions: z.array(z.string()),
  })
  .describe("What a million such jobs would cost on AWS.");

const UndoPlanSchema = z
  .object({
    steps: z
      .array(
        z.object({
          step: z.string().describe("As `sequence.step`."),
          event: z.string().describe("The tag of the event that undoes it."),
          each: z.literal(true).exactOptional().describe("The event is run for each of its items."),
          conditional: z.literal(true).exactOptional().describe("The step runs only if its condition holds."),
        }),
      )
      .describe("The steps that would be undone, in this order: the last one of the definition first."),
    estimated_cost: CostSchema.describe("What a million such ends would cost besides, with all of these steps undone."),
  })
  .describe("What would be done if all steps had completed, and the run were cancelled then.");

export const RouteSchema = z
  .discriminatedUnion("via", [
    z.object({ via: z.literal("queue"), delay_seconds: z.int(), why: z.string() }),
    z.object({
      via: z.literal("scheduler"),
      schedule_at: at("When its message is asked for at the latest."),
      schedule_from: at(
        "When it is asked for at the earliest: the id of the job, which is not known yet, decides between the two.",
      ),
      jobs_in_minute: z
        .int()
        .describe(
          "Roughly how many jobs of the product and env are scheduled for the same minute; 0 for less than some hundred.",
        ),
      further_minutes: z
        .int()
        .describe("By how many minutes the message is asked for earlier, because many jobs are due then."),
      why: z.string(),
    }),
  ])
  .describe("The route that a job takes to its consumer.");

export const FireTimeSchema = z
  .object({
    at: z.int().describe("Epoch milliseconds."),
    local: z.string().meta({
      description: "The same time as an RFC 3339 string, in the time zone of the series.",
      examples: ["2030-01-31T09:00:00.000+01:00"],
    }),
    note: z.string().exactOptional().describe("The effect of daylight saving time on this run, if any."),
  })
  .describe("A time at which a job would run.");

export const AttemptWindowSchema = z
  .object({
    attempt: z.int(),
    earliest_ms: z.int().describe("If each attempt before fails at once and the jitter is as small as it gets."),
    latest_ms: z.int().describe("If each takes its whole timeout and the jitter is as large as it gets."),
  })
  .describe("When an attempt may start, in milliseconds after the first one is due, if every attempt before it fails.");

const NoteSchema = z.object({ pointer: z.string().describe("A JSON pointer into the request."), detail: z.string() });

export const ExplainedCacheSchema = z.object({
  tag: z.string(),
  ttl_ms: z.int().describe("For how long its result answers later jobs, in milliseconds."),
  cached_from: CachedFromField.exactOptional().describe(
    "The job whose result would answer it now. Absent if it would be executed, and for an event with expressions, whose values are not known yet.",
  ),
});

export const ExplanationSchema = z
  .object({
    valid: z.literal(true),
    job: z.object(jobFields),
    route: RouteSchema,
    gates: z
      .array(ExplainedGateSchema)
      .exactOptional()
      .describe("The limits that an attempt passes, and what it would meet there now. Absent if the event has none."),
    cache: ExplainedCacheSchema.exactOptional().describe(
      "What the cache tag of the request would do now. Absent if it has none.",
    ),
    next_runs: z.array(FireTimeSchema).describe("The next run times, at most 10."),
    retry_timetable: z
      .array(AttemptWindowSchema)
      .describe("When each attempt may start if all attempts before it fail."),
    estimated_cost: CostSchema,
    undo: UndoPlanSchema.exactOptional().describe(
      "What the undo of the feature's steps would do. Absent if none has one, and for features in code, which decide that by themselves. A step that is a feature undoes its own steps besides.",
    ),
    notes: z
      .array(NoteSchema)
      .exactOptional()
      .describe(
        "What is accepted and may not mean what its writer thinks, such as `every` beside `cron`, and where in the request it is.",
      ),
    session: z
      .object({
        tag: z.string(),
        checked: z.array(z.string()).describe("What was checked of its token."),
        claims: z.array(z.string()).describe("The names of the claims that are referred to, which the job would keep."),
        absent: z.array(z.string()).exactOptional().describe("Those that the token does not have."),
      })
      .exactOptional()
      .describe("The session of the request, whose token is valid. Absent if it has none."),
    pauses: z
      .array(PauseReferenceSchema)
      .exactOptional()
      .describe("The pauses that would hold the job at its time: it starts once all of them have ended."),
  })
  .meta({ id: "Explanation", description: "What a request would lead to." });
