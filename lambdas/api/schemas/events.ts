import * as z from "zod";
import { jobStatuses, jobTypes } from "../../core/job/job.ts";
import { type JobErrorCode, jobErrorCodes } from "../../core/job/job-error.ts";
import { type JobEventDetail, type JobEventName, jobEvents } from "../../core/job/job-event.ts";
import { JobRejectedDetail } from "../../core/outbound/rejection.ts";
import type { EndpointDisabled } from "../../core/outbound/webhook.ts";
import { lazy } from "../../core/schema/lazy.ts";
import { endpointDisabledEvent, rejectedEvent, transitionEvent } from "../../topology.ts";

/*
 * What is said of events where others read it: `GET /events.json` and the webhooks of the OpenAPI document. The tests hold
 * every event to it that they see.
 */

const at = (text: string) => z.int().describe(`${text} Epoch milliseconds.`);

export const JobEventDetailSchema = lazy(
  () =>
    z
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
          .describe("The job's after it; of a run that ended while its recurring job goes on, that run's."),
        scheduled_at: at("When it was to start."),
        due_at: at("When the attempt might start; of `job.retrying` the next one."),
        created_at: at("When the job was requested: another job that has its id, by its key, was at another time."),
        started_at: at("When the attempt started.").optional(),
        finished_at: at("When it ended.").optional(),
        error_code: z
          .enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]])
          .optional()
          .describe("Why the run failed, or the attempt that is tried again."),
        labels: z.array(z.string()).optional(),
        version: z
          .int()
          .min(1)
          .describe("Rises from event to event of a job. One with the same name and version is a repetition."),
      })
      .meta({ id: "JobEventDetail" }) satisfies z.ZodType<JobEventDetail>,
);

export const EndpointDisabledSchema = lazy(
  () =>
    z
      .object({
        product_tag: z.string(),
        env: z.string(),
        webhook: z.string().describe("Its name in the catalog."),
        reason: z.enum(["gone", "failing"]).describe("It answered 410, or nothing has arrived there for a day."),
        failures: z.int().describe("Attempts that have failed since the last one that succeeded."),
        failing_since: at("When the first of them failed."),
        last_failure: z.string().describe("HTTP_<status>, TIMEOUT, CONNECTION_ERROR or CONFIGURATION_ERROR."),
        disabled_at: at("When it was disabled."),
      })
      .meta({ id: "EndpointDisabled" }) satisfies z.ZodType<EndpointDisabled>,
);

const happened: Record<JobEventName, string> = {
  scheduled: "A job was requested, moved to another time, or goes on to its next run.",
  started: "A run has started.",
  completed: "A run has completed.",
  failed: "A run has failed for good.",
  cancelled: "A job was cancelled, or has expired.",
  paused: "A recurring job is paused.",
  resumed: "A recurring job goes on.",
  retrying: "An attempt has failed and another one follows.",
};

export interface EventDoc {
  summary: string;
  /** Of the bus event's `detail`. */
  detail: z.ZodObject;
}

/** The transitions of jobs by detail-type: the bus and webhooks tell of them. */
export const jobEventDocs = lazy(
  (): Record<string, EventDoc> =>
    Object.fromEntries(
      jobEvents.map((name) => [transitionEvent(name), { summary: happened[name], detail: JobEventDetailSchema() }]),
    ),
);

/** Every event on the bus by its detail-type. An event of another kind is one line here. */
export const eventDocs = lazy(
  (): Record<string, EventDoc> => ({
    ...jobEventDocs(),
    [rejectedEvent]: { summary: "A message that asked for a job was refused.", detail: JobRejectedDetail },
    [endpointDisabledEvent]: { summary: "An endpoint gets no more webhooks.", detail: EndpointDisabledSchema() },
  }),
);
