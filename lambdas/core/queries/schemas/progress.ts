import * as z from "zod";
import { jobStatuses } from "../../kernel/job-status.ts";
import { at } from "./at.ts";
import { JobErrorCodeSchema, JobFailureSchema, ProviderCodeSchema, ThrownSchema } from "./failure.ts";

/* How far a job has come: the steps of a feature, and the channels of a notification. */

export const ForEachSchema = z
  .object({
    items: z.int().describe("The items of the list."),
    done: z.int().describe("Those that have completed."),
    failed: z.int().describe("Those that have failed."),
    open: z.int().describe("Those that have started and not ended."),
  })
  .meta({ id: "ForEach", description: "How far the items of a step have come, as its pages have recorded it." });
/** When the job of a step was made, and when its attempts ran before the latest one. */
const ofItsJob = {
  created_at: at("When its job was made.").exactOptional(),
  earlier_attempts: z
    .array(z.object({ started_at: at("When it started."), ended_at: at("When it ended.") }))
    .exactOptional()
    .describe(
      "The latest three of the attempts before the one of `started_at`. Absent if there were none, and in runs of more than 1,000 steps.",
    ),
};

export const UndoStateSchema = z
  .object({
    status: z
      .enum([...jobStatuses, "not_started"])
      .describe("`not_started`: its event is missing. Otherwise the status of its job."),
    job_id: z.string().exactOptional().describe("The job that undoes the step."),
    ...ofItsJob,
    started_at: at("When it started.").exactOptional(),
    finished_at: at("When it ended.").exactOptional(),
    for_each: ForEachSchema.exactOptional().describe(
      "The items that had completed, of a step whose items are undone one by one.",
    ),
    error: JobFailureSchema.exactOptional(),
  })
  .meta({ id: "UndoState", description: "The state of the undo of a step, once that has begun." });

const AwaitedSignalSchema = z.object({
  signal: z.string(),
  key: z.string().exactOptional().describe("Absent where only messages to the run itself are meant."),
});

export const RunWaitSchema = z
  .object({
    step: z.string().describe("The step that waits, as `sequence.step`."),
    since: at("Since when it waits."),
    until: at("When it ends by itself."),
    signals: z
      .array(AwaitedSignalSchema)
      .exactOptional()
      .describe("The first three signals of which a message ends it. Absent for a wait for a time."),
    asked: z
      .array(z.string())
      .exactOptional()
      .describe("The first three who are asked, of a step that waits for the decision of a person."),
  })
  .meta({ id: "RunWait", description: "What a run of a feature waits for." });

export const StepSchema = z
  .object({
    status: z
      .enum([...jobStatuses, "skipped", "waiting", "not_started"])
      .describe(
        "`skipped`: its condition was not met. `waiting`: it waits for a signal, a decision or a time. `not_started`: the feature has not reached it yet.",
      ),
    job_id: z.string().exactOptional().describe("The job that runs the step."),
    ...ofItsJob,
    started_at: at("When it started: the latest attempt of its job.").exactOptional(),
    finished_at: at("When it ended.").exactOptional(),
    waits_for: z
      .array(AwaitedSignalSchema)
      .exactOptional()
      .describe("The signals of which the first message ends it, of a step that waits or has waited for signals."),
    until: at("When it ends by itself, of a step that waits or has waited.").exactOptional(),
    received: z
      .object({ signal: z.string(), id: z.string(), at: at("When it was accepted.") })
      .exactOptional()
      .describe("The message that ended the wait."),
    approval: z
      .object({
        id: z.string().describe("For `POST /v1/approvals/{id}`."),
        title: z.string(),
        choices: z.array(z.string()),
        asked: z.array(z.string()).describe("Who is asked. The first to decide does so for all."),
        decision: z
          .object({
            choice: z.string(),
            by: z
              .string()
              .exactOptional()
              .describe("One of `asked`, or the id of an API key. Absent where the time-out decided."),
            at: at("When it was decided."),
            note: z.string().exactOptional(),
          })
          .exactOptional(),
      })
      .exactOptional()
      .describe("The decision of a person, of a step that waits or has waited for one."),
    timed_out: z.literal(true).exactOptional().describe("No message or decision came in time."),
    for_each: ForEachSchema.exactOptional().describe("The items, of a step that runs for each item of a list."),
    error: JobFailureSchema.exactOptional(),
    returned: z
      .unknown()
      .optional()
      .describe(
        "What own code of a run of code has returned, for keys with `jobs:input`. Absent if it has more than 1 KB of JSON, if the event hides anything (`redact`), and in runs of more than 1,000 steps.",
      ),
    thrown: ThrownSchema.exactOptional().describe(
      "What own code of a run of code has thrown, for keys with `jobs:input`. Absent in runs of more than 1,000 steps.",
    ),
    undo: UndoStateSchema.exactOptional(),
  })
  .meta({ id: "Step", description: "The state of a step of a feature." });

export const ParkedSchema = z
  .object({
    code: z.enum([
      "NON_DETERMINISTIC",
      "OUTSIDE_STEP",
      "NO_PROGRESS",
      "TOO_MANY_STEPS",
      "DUPLICATE_KEY",
      "CRASHED",
      "UNKNOWN_DEFINITION",
      "UNKNOWN_FEATURE",
      "PROTOCOL",
      "TOO_LARGE",
    ]),
    message: z.string(),
    step: z.string().exactOptional().describe("The key of the step."),
    at: z.string().exactOptional().describe("Where in the source, as `file:line`."),
    since: at("Since when."),
    advice: z.string().exactOptional().describe("What mends it, where the message does not say that."),
  })
  .meta({
    id: "Parked",
    description:
      "Why the run of a feature in code cannot go on. It is tried again, more and more rarely, until a deployment or `POST /v1/jobs/{id}/migrate` mends it.",
  });

export const GraphStepSchema = z
  .object({
    step: z.string().describe("The step, as `sequence.step`: the name of its state in `steps`."),
    sequence: z.string(),
    event: z.string().exactOptional().describe("The tag of the event that the step runs. A step that waits runs none."),
    waits_for: z
      .union([
        z.object({ signals: z.array(z.string()) }),
        z.object({ time: z.literal(true) }),
        z.object({ approval: z.literal(true) }),
      ])
      .exactOptional()
      .describe(
        "What a step that waits is for: the signals of which the first message ends it, a time, or the decision of a person.",
      ),
    app: z.string().exactOptional().describe("The app of the event, if the step names one."),
    depends_on: z.array(z.string()).describe("The steps that end before it starts, as `sequence.step`."),
    conditional: z.boolean().describe("Whether the step is skipped unless a condition holds."),
    delay: z
      .int()
      .exactOptional()
      .describe("Milliseconds between the end of the steps that it depends on and its start."),
    allow_fail: z.boolean().exactOptional().describe("Whether the feature continues if the step fails."),
    undo: z.string().exactOptional().describe("The tag of the event that undoes the step."),
    undo_each: z
      .literal(true)
      .exactOptional()
      .describe("Its items are undone one by one. Absent: the step is undone as a whole."),
    on_parent_end: z
      .literal("abandon")
      .exactOptional()
      .describe("The job of the step goes on when the feature ends. Absent: it is cancelled."),
    for_each: z
      .object({ concurrency: z.int().describe("How many items may be open at a time.") })
      .exactOptional()
      .describe("Of a step that runs for each item of a list."),
  })
  .meta({ id: "GraphStep", description: "A step of a feature as the catalog has it." });

const report = {
  sent: z
    .array(z.object({ to: z.string(), id: z.string() }))
    .exactOptional()
    .describe("The recipients that were reached, each with the provider's message id."),
  dead: z
    .array(z.object({ to: z.string(), reason: z.string() }))
    .exactOptional()
    .describe("Recipients that no longer exist and should be removed."),
  response_status: z.int().exactOptional().describe("The HTTP status of the callback URL's response."),
};

export const ChannelSchema = z
  .discriminatedUnion("status", [
    z.object({ status: z.literal("sent"), ...report }),
    z.object({
      status: z.literal("failed"),
      code: JobErrorCodeSchema,
      provider_code: ProviderCodeSchema.exactOptional(),
      ...report,
    }),
  ])
  .meta({ id: "Channel", description: "The outcome of a channel of a notification." });
