import * as z from "zod";
import { jobStatuses, jobTypes } from "../../job/job.ts";
import { type JobErrorCode, jobErrorCodes } from "../../job/job-error.ts";
import { lazy } from "../../schema/lazy.ts";

/*
 * What the API answers about jobs. The OpenAPI document is made from these schemas, the types of the views are inferred from
 * them, and the tests check every answer against them. They are made only with the document, so no other request pays for them.
 */

const at = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);
const JobStatus = lazy(() => z.enum(jobStatuses).meta({ id: "JobStatus" }));
const JobType = lazy(() => z.enum(jobTypes).meta({ id: "JobType" }));

const receiptFields = () => ({
  job_id: z.string().describe("The job's id: job_ and 32 hexadecimal digits."),
  status: JobStatus(),
  scheduled_at: at("When it starts, or starts for the first time."),
  recurring: z.boolean().describe("Whether it runs more than once."),
  next_run_at: at("When a recurring job runs next.").exactOptional(),
});

export const ReceiptSchema = lazy(() => z.object(receiptFields()).meta({ id: "Receipt" }));

const JobErrorCodeSchema = lazy(() => z.enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]]));

export const JobFailureSchema = lazy(() =>
  z
    .object({
      code: JobErrorCodeSchema(),
      message: z.string(),
      retryable: z.boolean().describe("Whether another attempt may help."),
    })
    .meta({ id: "JobFailure" }),
);

export const AttemptSchema = lazy(() =>
  z
    .object({
      attempt: z.int().min(1),
      due_at: at("When it might start."),
      started_at: at("When it started."),
      ended_at: at("When it ended."),
      outcome: z.enum(["completed", "failed", "cancelled"]),
      crashes: z.int().exactOptional().describe("How often it was started and not heard of again before it ended."),
      error: JobFailureSchema().exactOptional(),
      duration_ms: z.int(),
      lateness_ms: z.int(),
    })
    .meta({ id: "Attempt" }),
);

export const RepeatSchema = lazy(() =>
  z
    .object({
      cron: z.string().exactOptional(),
      tz: z.string().exactOptional(),
      every: z.int().exactOptional().describe("Milliseconds."),
      anchor: at("What `every` is counted from."),
      limit: z.int().exactOptional(),
      end_date: at("No run is planned after it.").exactOptional(),
      overlap: z.enum(["skip", "queue"]),
    })
    .meta({ id: "Repeat" }),
);

export const StepSchema = lazy(() =>
  z
    .object({
      status: z
        .enum([...jobStatuses, "skipped", "not_started"])
        .describe("`skipped`: its condition did not hold. `not_started`: the feature has not come to it."),
      job_id: z.string().exactOptional().describe("The job that runs it."),
      started_at: z.int().exactOptional(),
      finished_at: z.int().exactOptional(),
      error: JobFailureSchema().exactOptional(),
    })
    .meta({ id: "Step" }),
);

export const ChannelSchema = lazy(() => {
  const report = {
    sent: z
      .array(z.object({ to: z.string(), id: z.string() }))
      .exactOptional()
      .describe("Who was reached, and the provider's id of the message."),
    dead: z
      .array(z.object({ to: z.string(), reason: z.string() }))
      .exactOptional()
      .describe("Recipients that no longer exist: forget them."),
    response_status: z.int().exactOptional().describe("The status that a callback answered with."),
  };
  return z
    .discriminatedUnion("status", [
      z.object({ status: z.literal("sent"), ...report }),
      z.object({ status: z.literal("failed"), code: JobErrorCodeSchema(), ...report }),
    ])
    .meta({ id: "Channel" });
});

const ParentSchema = lazy(() =>
  z
    .object({
      job_id: z.string().describe("The feature's job."),
      run: z.int().min(1).describe("The run of it."),
      step: z.string().describe("The step, as sequence.step."),
    })
    .meta({ id: "Parent", description: "The feature of which the job is a step." }),
);

/** What a list shows of a job. */
export const summaryFields = () => ({
  ...receiptFields(),
  product_tag: z.string(),
  env: z.string(),
  event: z.string(),
  type: JobType(),
  app: z.string().exactOptional(),
  run: z.int().min(1).describe("The occurrence of the job; a one-time job has only the first."),
  attempt: z.int().min(1).describe("The try at this run."),
  retries: z.int().describe("How many further attempts follow a failed one."),
  timeout_ms: z.int().describe("Milliseconds that one attempt may take."),
  due_at: at("When the current attempt may start."),
  created_at: at("When it was requested."),
  started_at: at("When its latest attempt started.").exactOptional(),
  finished_at: at("When it ended.").exactOptional(),
  expires_at: at("No attempt starts after it: a job that waits by then is cancelled.").exactOptional(),
  labels: z.array(z.string()).exactOptional(),
  repeat: RepeatSchema().exactOptional(),
  parent: ParentSchema().exactOptional(),
  error: JobFailureSchema().exactOptional(),
  reason: z.string().exactOptional().describe("Why it was cancelled."),
});

/** A result by value, or by address where it is too large for an answer. */
export const resultFields = () => ({
  result: z.unknown().exactOptional().describe("The result once completed; its shape depends on the event."),
  result_url: z
    .string()
    .exactOptional()
    .describe("Where to download a result that is too large for an answer, for an hour."),
});

export const JobSchema = lazy(() =>
  z
    .object({
      ...summaryFields(),
      attempts: z.array(AttemptSchema()).describe("Of the current run, oldest first; the last 25 are kept."),
      steps: z
        .record(z.string(), StepSchema())
        .exactOptional()
        .describe("How far each step of a feature is, by sequence.step and in their order."),
      channels: z
        .record(z.string(), ChannelSchema())
        .exactOptional()
        .describe(
          "What became of each channel of a notification that has failed, or that will be tried again. Where it has completed, they are in its result.",
        ),
      ...resultFields(),
    })
    .meta({ id: "Job" }),
);
