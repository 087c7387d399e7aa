import * as z from "zod";
import { ActorSchema, ChangedBySchema } from "../../job/actor-schema.ts";
import { jobTypes } from "../../job/job.ts";
import { jobStatuses } from "../../kernel/job-status.ts";
import { at } from "./at.ts";
import { JobFailureSchema, ThrownSchema } from "./failure.ts";
import { PauseReferenceSchema } from "./pauses.ts";
import { ChannelSchema, ForEachSchema, GraphStepSchema, ParkedSchema, RunWaitSchema, StepSchema } from "./progress.ts";

/*
 * The API's answers about jobs. The OpenAPI document is made from these schemas, the types of the views are inferred from them,
 * and the tests check every answer against them. They are created only for the document, so no other request pays for them.
 */

export const JobStatusSchema = z
  .enum(jobStatuses)
  .meta({ id: "JobStatus", description: "The status of a job. `completed`, `failed` and `cancelled` are final." });
export const JobTypeSchema = z.enum(jobTypes).meta({ id: "JobType", description: "What an event does." });

const receiptFields = {
  job_id: z.string().meta({ description: "The id of the job.", examples: ["job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e"] }),
  status: JobStatusSchema,
  scheduled_at: at("When the job starts, or starts for the first time."),
  recurring: z.boolean().describe("Whether the job has a series of runs."),
  next_run_at: at("When a recurring job runs next.").exactOptional(),
};

export const ReceiptSchema = z
  .object({
    ...receiptFields,
    debounced: z
      .literal(true)
      .exactOptional()
      .describe("The request was added to a debounced job that waits: the job runs with this request's input."),
    skipped: z
      .literal(true)
      .exactOptional()
      .describe("Nothing was made: this is the open job that has the unique key of the request."),
    replaced: z.string().exactOptional().describe("The job with the same unique key that was cancelled for this one."),
  })
  .meta({ id: "Receipt", description: "What the API returns once it has accepted a job." });

export const CachedFromField = z
  .string()
  .describe(
    "The job whose result answered this one, which was not executed: it has the same cache tag, event and input.",
  );

export const TargetUseSchema = z
  .object({
    name: z.string().describe("The catalog entry that ran the attempt, or the last one that was tried."),
    tried: z
      .array(z.object({ name: z.string(), code: z.string() }))
      .exactOptional()
      .describe("The entries that were tried before it, in order, and the error code of each."),
    left_out: z
      .array(z.string())
      .exactOptional()
      .describe("The entries that come before it and were not tried first, because they had just failed."),
  })
  .meta({ id: "TargetUse", description: "Which target of a fallback or quota ran an attempt." });

export const RolledBackField = z
  .object({
    steps: z.int().describe("How many steps there were to undo."),
    failed: z.int().describe("How many of them are not undone."),
    error: JobFailureSchema.exactOptional().describe(
      "Why the undo was given up before its end: there may have been more steps to undo.",
    ),
  })
  .describe("The run of a feature has failed or was cancelled, and its completed steps were undone.");

export const AnswerSchema = z
  .object({
    status: z.int().describe("The status of the HTTP response."),
    headers: z
      .record(z.string(), z.string())
      .describe("Its headers, but for those that carry credentials and cookies."),
    body: z.string().describe("The first 4 KB of its body. A credential that it repeats is shown as `[credential]`."),
    body_encoding: z.enum(["base64"]).exactOptional().describe("The body is not text."),
    cut: z.literal(true).exactOptional().describe("There was more of it."),
  })
  .meta({ id: "ProviderAnswer", description: "What a provider has answered to a failed attempt." });

export const WrittenSchema = z
  .object({
    text: z
      .string()
      .describe(
        "The last lines, at most 4 KB, each with its time, level, message and fields. A secret that the code has read with `ctx.secret` is shown as `[credential]`.",
      ),
    cut: z.literal(true).exactOptional().describe("There were more before them."),
  })
  .meta({ id: "WrittenLog", description: "What the product's own code has written with `ctx.log`." });

const heldFields = {
  paused_ms: z
    .int()
    .exactOptional()
    .describe("Milliseconds for which a pause held it, its turn after the end of the pause included."),
  limits: z
    .array(z.object({ limit: z.string(), ms: z.int() }))
    .exactOptional()
    .describe("The limit in whose line it stood, and for how many milliseconds."),
};

const LatenessSchema = z
  .object({
    total_ms: z.int().describe("Milliseconds from `scheduled_at` to the start of the first attempt."),
    ...heldFields,
    late_ms: z.int().describe("What is left of that: for so long it was late, and nothing held it."),
  })
  .describe("How late the first attempt of the run started, and why. Known once that attempt has ended.");

const TraceIdField = z.string().meta({ examples: ["4bf92f3577b34da6a3ce929d0e0e4736"] });

export const AttemptSchema = z
  .object({
    attempt: z.int().min(1),
    due_at: at("When the attempt was due."),
    started_at: at("When it started."),
    ended_at: at("When it ended."),
    outcome: z.enum(["completed", "failed", "cancelled"]),
    crashes: z.int().exactOptional().describe("How many executions of this attempt crashed before it ended."),
    cached_from: CachedFromField.exactOptional(),
    error: JobFailureSchema.exactOptional(),
    thrown: ThrownSchema.exactOptional().describe(
      "What the product's own code has thrown. For keys with `jobs:input` only, since it may quote the input.",
    ),
    answer: AnswerSchema.exactOptional().describe(
      "What the provider has answered to the first and to the last failed attempt of the run. For keys with `jobs:input` only, since it may quote the input; absent if its event keeps none.",
    ),
    log: WrittenSchema.exactOptional().describe(
      "What the product's own code had written last with `ctx.log` when the first and the last failed attempt of the run ended. For keys with `jobs:input` only; absent if its event keeps no answers.",
    ),
    target: TargetUseSchema.exactOptional().describe(
      "Which target of a fallback or quota ran it. Absent for events that name a single target.",
    ),
    rolled_back: RolledBackField.exactOptional(),
    trace_id: TraceIdField.exactOptional().describe(
      "The trace that its calls and messages carried, if it is another one than that of the job.",
    ),
    held: z.object(heldFields).exactOptional().describe("What held it back before it started, if anything did."),
    duration_ms: z.int().describe("Milliseconds from its start to its end."),
    lateness_ms: z.int().describe("Milliseconds from when it was due to when it started."),
  })
  .meta({ id: "Attempt", description: "One attempt at a run." });

export const RepeatSchema = z
  .object({
    cron: z.string().exactOptional(),
    tz: z.string().exactOptional(),
    every: z.int().exactOptional().describe("Milliseconds."),
    anchor: at("The time that `every` is counted from: the first run."),
    limit: z.int().exactOptional(),
    end_date: at("No run is planned after this time.").exactOptional(),
    overlap: z.enum(["skip", "queue", "cancel_previous"]),
    missed: z.enum(["skip", "once", "all"]).exactOptional(),
    max_lateness_ms: z.int().exactOptional().describe("How late a run may start, in milliseconds."),
    spread_ms: z.int().exactOptional().describe("The most that every run may start later, in milliseconds."),
    offset_ms: z
      .int()
      .exactOptional()
      .describe("How much later every run starts because of `spread_ms`, in milliseconds."),
    except: z
      .array(z.string())
      .exactOptional()
      .describe("The dates, and the product's calendars, on whose days no run is planned."),
  })
  .meta({ id: "Repeat", description: "The series of a recurring job." });

const SharedKeyField = z
  .string()
  .describe("The key, or its hash if it is longer than 64 characters. Empty: all requests of the event share one.");

const ParentSchema = z
  .object({
    job_id: z.string().describe("The feature's job."),
    run: z.int().min(1).describe("The run of the feature's job."),
    step: z.string().describe("The step, as `sequence.step`."),
    undo: z.literal(true).exactOptional().describe("The job undoes the step."),
  })
  .meta({ id: "Parent" });

export const LimitWaitSchema = z
  .object({
    limit: z.string().describe("The name of the limit in the catalog."),
    key: z.string().describe("The key; empty for a limit without keys."),
    since: at("Since when the job stands in its line."),
    position: z
      .int()
      .exactOptional()
      .describe(
        "Its place in the line, from 1; absent beyond the first 1,000. An estimate, since jobs with a higher priority may pass it.",
      ),
    starts_at: at(
      "About when it starts, as the rate has planned it up to a minute ago, or by its place. Nothing is reserved. Absent for a limit with slots only, and beyond the first 1,000.",
    ).exactOptional(),
  })
  .meta({ id: "LimitWait", description: "The limit that holds the job back." });

/** What a list shows of a job. */
export const summaryFields = {
  ...receiptFields,
  product_tag: z.string(),
  env: z.string(),
  event: z.string(),
  type: JobTypeSchema,
  app: z.string().exactOptional(),
  run: z.int().min(1).describe("The number of the run, from 1. A one-time job has run 1 only."),
  attempt: z.int().min(1).describe("The number of the attempt at this run, from 1."),
  retries: z.int().describe("How many further attempts follow a failed first one."),
  most_attempts: z
    .int()
    .describe(
      "Up to which attempt it is tried, once a caller has retried it: its retries count from there. Of others that is `retries` + 1.",
    )
    .exactOptional(),
  timeout_ms: z.int().describe("How long one attempt may take, in milliseconds."),
  due_at: at("When the current attempt may start."),
  created_at: at("When the job was requested."),
  started_at: at("When the latest attempt started.").exactOptional(),
  first_started_at: at(
    "When the first attempt of the run started: its lateness is counted from scheduled_at to here. Absent before that, and once 25 later attempts have been made.",
  ).exactOptional(),
  lateness: LatenessSchema.exactOptional(),
  retrying: z
    .object({
      attempt: z.int().describe("Which attempt it is, from 2."),
      of: z.int().describe("How many there may be."),
    })
    .exactOptional()
    .describe("An attempt of the run has failed, and another one is made or waits for its time."),
  finished_at: at("When the job ended.").exactOptional(),
  expires_at: at("No attempt starts after this time: a job that still waits is cancelled.").exactOptional(),
  labels: z.array(z.string()).exactOptional(),
  fairness_key: z.string().exactOptional().describe("The key by which the job takes turns with others in its queue."),
  repeat: RepeatSchema.exactOptional().describe("The series of a recurring job."),
  parent: ParentSchema.exactOptional().describe("The feature of which the job is a step."),
  session: z
    .object({ tag: z.string() })
    .exactOptional()
    .describe("The session of its request. Neither its token nor its claims are shown."),
  schedule: z.string().exactOptional().describe("The schedule of the catalog that the job belongs to."),
  debounce: z
    .object({
      key: SharedKeyField,
      until: at("When it starts at the latest."),
      requests: z.int().min(1).describe("How many requests it stands for."),
    })
    .exactOptional()
    .describe("It takes in later requests of its key until it starts."),
  cache: z.string().exactOptional().describe("The tag under which its result is remembered."),
  bundle: z
    .string()
    .exactOptional()
    .describe("The hash of the code that the run of a feature in code began with, and goes on with."),
  cached_from: CachedFromField.exactOptional(),
  gates: z
    .array(z.object({ limit: z.string(), key: z.string() }))
    .exactOptional()
    .describe("The limits that its attempts pass, with the keys that its input gave. Absent if its event has none."),
  unique: z.object({ key: SharedKeyField }).exactOptional().describe("It is the only open job of this key."),
  error: JobFailureSchema.exactOptional().describe("Why the job failed, or why its latest attempt did."),
  reason: z
    .string()
    .exactOptional()
    .meta({ description: "Why the job was cancelled.", examples: ["expired"] }),
  ending: z
    .object({
      cause: z.enum(["failed", "cancelled"]).describe("The status that the job will have."),
      since: at("When that began."),
      steps: z.int().exactOptional().describe("How many steps there are to undo, once that is known."),
      undone: z.int().exactOptional().describe("How many of them are undone, as of the latest decision."),
      failed: z.int().exactOptional().describe("How many of them could not be undone."),
    })
    .exactOptional()
    .describe("The run of a feature has failed or was cancelled, and ends once its completed steps are undone."),
  rolled_back: RolledBackField.exactOptional(),
  waiting_for: z
    .union([PauseReferenceSchema, LimitWaitSchema])
    .exactOptional()
    .describe(
      "What keeps a job from its start: a pause, or the limit in whose line it stands for a slot or a start. Lists show that for the first 50 such jobs of a page, without position and start.",
    ),
  waits: z
    .array(RunWaitSchema)
    .exactOptional()
    .describe(
      "What a run of a feature waits for, as of its latest decision: its first ten open waits, the oldest first.",
    ),
};

/** A result, or its URL if it is too large for an answer. */
export const resultFields = {
  result: z.unknown().exactOptional().describe("The result of a completed job. Its shape depends on the event."),
  result_url: z
    .string()
    .exactOptional()
    .describe("Where to download the JSON of a result that is too large for an answer. The URL is valid for an hour."),
  result_bytes: z
    .int()
    .exactOptional()
    .describe(
      "The size of a result that is too large for an answer and has no URL, since its event hides parts of it.",
    ),
  redacted: z
    .array(z.string())
    .exactOptional()
    .describe("The JSON pointers of the parts of the result that are shown as `[redacted]`, as the catalog has them."),
};

export const JobSchema = z
  .object({
    ...summaryFields,
    priority: z.int().exactOptional().describe("Seconds of head start in the lines of limits, if any."),
    snoozes: z
      .object({ count: z.int(), since: at("When the first try that was put off had started.") })
      .exactOptional()
      .describe(
        "How often a provider has put off the current attempt by a Retry-After, and since when. That spends no attempt.",
      ),
    trace_id: TraceIdField.exactOptional().describe(
      "The trace of its request, as hexadecimal digits. Absent if that brought none, and no spans are exported.",
    ),
    made_by: ActorSchema.exactOptional().describe("Who requested it. Absent if it was made before jobs kept that."),
    by: ChangedBySchema.exactOptional().describe("The last change by a caller, if there was any."),
    attempts: z.array(AttemptSchema).describe("The attempts of the current run, oldest first. The last 25 are kept."),
    steps: z
      .record(z.string(), StepSchema)
      .exactOptional()
      .describe(
        "The state of each step of a feature, by `sequence.step` and in the order of its definition. Of a list, which runs the items of a step with `for_each`: its items, as `main.ship[7]`, or its pages of up to 100 items, as `main.ship[100-199]`. Features only.",
      ),
    for_each: ForEachSchema.exactOptional().describe("How far the items have come, of a list or a page."),
    graph: z
      .array(GraphStepSchema)
      .exactOptional()
      .describe(
        "The steps of a feature in the order of its definition, those included that have not begun, and what each depends on. Features only, and absent once the catalog has lost the event of a run that keeps none.",
      ),
    definition: z
      .object({
        id: z.string().describe("The same for runs that keep the same definition."),
        current: z
          .boolean()
          .describe("Whether the catalog still says the same. A new run would keep what it says now."),
        behind: z.int().describe("How many definitions the event has had since, that of the present catalog included."),
      })
      .exactOptional()
      .describe(
        "The definition that the run of a feature keeps, from its first decision on, whatever is deployed meanwhile. Of a run of code, the entry of the catalog: its code is `bundle`.",
      ),
    channels: z
      .record(z.string(), ChannelSchema)
      .exactOptional()
      .describe(
        "The outcome of each channel of a notification that has failed or will be retried. Once it has completed, its result has them.",
      ),
    state: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .describe("What the handler of a feature in code has set last, by `ctx.setState`."),
    parked: ParkedSchema.exactOptional(),
    progress: z
      .unknown()
      .exactOptional()
      .describe("What a function of the product's own code has reported last, by `ctx.progress`."),
    ...resultFields,
  })
  .meta({ id: "Job", description: "A job as the API shows it. Its input is not part of it." });
