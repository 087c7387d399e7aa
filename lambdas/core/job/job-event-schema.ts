import * as z from "zod";
import { jobStatuses } from "../kernel/job-status.ts";
import { ActorSchema, ChangedBySchema } from "./actor-schema.ts";
import { jobTypes } from "./job.ts";
import { type JobErrorCode, jobErrorCodes } from "./job-error.ts";

const eventTime = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);

/** The details of a job event in a webhook: never an input or a result. */
export const JobEventDetailSchema = z
  .object({
    job_id: z.string(),
    product_tag: z.string(),
    env: z.string(),
    event: z.string().describe("The tag of the job event."),
    type: z.enum(jobTypes),
    run: z.int().min(1),
    attempt: z.int().min(1),
    status: z
      .enum(jobStatuses)
      .describe("The status of the job after the event, or of the run where a run of a recurring job has ended."),
    scheduled_at: eventTime("When the run was planned to start."),
    due_at: eventTime("When the attempt was due; in `job.retrying`, when the next attempt is due."),
    created_at: eventTime(
      "When the job was requested. It tells the job from a later one with the same id, derived from the same idempotency key.",
    ),
    started_at: eventTime("When the attempt started.").exactOptional(),
    finished_at: eventTime("When the run ended.").exactOptional(),
    error_code: z
      .enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]])
      .exactOptional()
      .describe("The error of the run that failed, or of the attempt that will be retried."),
    provider_code: z
      .string()
      .max(64)
      .exactOptional()
      .describe("The provider's own code of that failure, such as `40P01` or `card_declined`."),
    target: z
      .string()
      .exactOptional()
      .describe("The target of a fallback or quota that ran the attempt. Absent for events that name a single target."),
    limit: z.string().exactOptional().describe("In `job.waiting`: the limit of the catalog that it waits for."),
    key: z.string().exactOptional().describe("In `job.waiting`: the key of that limit, as jobs show it."),
    starts_at: eventTime(
      "In `job.waiting`: the start that version 0.3 has reserved for it; absent otherwise.",
    ).exactOptional(),
    waits: z
      .array(
        z.object({
          step: z.string(),
          until: eventTime("When it ends by itself."),
          signals: z.array(z.object({ signal: z.string(), key: z.string().exactOptional() })).exactOptional(),
        }),
      )
      .exactOptional()
      .describe(
        "In `run.waiting`: the steps that have begun to wait, for a time or for the first three signals named.",
      ),
    received: z
      .array(
        z.object({
          step: z.string(),
          signal: z.string(),
          id: z.string().describe("The id of the message."),
          at: eventTime("When the message was accepted."),
        }),
      )
      .exactOptional()
      .describe(
        "In `run.signalled`: the messages that the run has taken, and the waits that they have ended; the first hundred of a decision.",
      ),
    rolled_back: z
      .object({ steps: z.int(), failed: z.int() })
      .exactOptional()
      .describe("In `run.rolled_back`: how many steps there were to undo, and how many of them are not undone."),
    labels: z.array(z.string()).exactOptional(),
    version: z
      .int()
      .min(1)
      .describe("Increases with every event of a job. An event with the same name and version is a repetition."),
  })
  .meta({ id: "JobEventDetail" });

/** The same on the bus, which does not leave the account. Webhooks leave it, and say nothing of people. */
export const BusEventDetailSchema = JobEventDetailSchema.extend({
  made_by: ActorSchema.exactOptional().describe("In the first event of a job: who requested it."),
  by: ChangedBySchema.exactOptional().describe("The change by a caller that the event tells of. Absent in all others."),
}).meta({ id: "BusEventDetail" });
