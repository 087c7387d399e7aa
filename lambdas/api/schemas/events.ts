import type * as z from "zod";
import { type JobEventName, jobEvents } from "../../core/job/job-event.ts";
import { JobEventDetailSchema } from "../../core/job/job-event-schema.ts";
import { EndpointDisabledSchema } from "../../core/outbound/endpoint-disabled-schema.ts";
import { JobRejectedDetail, rejectedEvent } from "../../core/outbound/rejection.ts";
import { lazy } from "../../core/schema/lazy.ts";

/*
 * What is said of events where others read it: `GET /events.json` and the webhooks of the OpenAPI document. The tests hold
 * every event to it that they see.
 */

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
      jobEvents.map((name) => [`job.${name}`, { summary: happened[name], detail: JobEventDetailSchema() }]),
    ),
);

/** Every event on the bus by its detail-type. An event of another kind is one line here. */
export const eventDocs = lazy(
  (): Record<string, EventDoc> => ({
    ...jobEventDocs(),
    [rejectedEvent]: { summary: "A message that asked for a job was refused.", detail: JobRejectedDetail },
    "webhook.disabled": { summary: "An endpoint gets no more webhooks.", detail: EndpointDisabledSchema() },
  }),
);
