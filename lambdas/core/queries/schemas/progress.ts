import * as z from "zod";
import { jobStatuses } from "../../kernel/job-status.ts";
import { at } from "./at.ts";
import { JobErrorCodeSchema, JobFailureSchema, ProviderCodeSchema } from "./failure.ts";

/* How far a job has come: the steps of a feature, and the channels of a notification. */

export const StepSchema = z
  .object({
    status: z
      .enum([...jobStatuses, "skipped", "not_started"])
      .describe("`skipped`: its condition was not met. `not_started`: the feature has not reached it yet."),
    job_id: z.string().exactOptional().describe("The job that runs the step."),
    started_at: at("When it started.").exactOptional(),
    finished_at: at("When it ended.").exactOptional(),
    error: JobFailureSchema.exactOptional(),
  })
  .meta({ id: "Step", description: "The state of a step of a feature." });

export const GraphStepSchema = z
  .object({
    step: z.string().describe("The step, as `sequence.step`: the name of its state in `steps`."),
    sequence: z.string(),
    event: z.string().describe("The tag of the event that the step runs."),
    app: z.string().exactOptional().describe("The app of the event, if the step names one."),
    depends_on: z.array(z.string()).describe("The steps that end before it starts, as `sequence.step`."),
    conditional: z.boolean().describe("Whether the step is skipped unless a condition holds."),
    delay: z
      .int()
      .exactOptional()
      .describe("Milliseconds between the end of the steps that it depends on and its start."),
    allow_fail: z.boolean().exactOptional().describe("Whether the feature continues if the step fails."),
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
