import type * as z from "zod";
import { type JobEventName, jobEvents } from "../../core/job/job-event.ts";
import { BusEventDetailSchema, JobEventDetailSchema } from "../../core/job/job-event-schema.ts";
import { JobRejectedDetail } from "../../core/job/job-rejected.ts";
import { EndpointDisabledSchema } from "../../core/outbound/endpoint-disabled-schema.ts";
import { endpointDisabledEvent, rejectedEvent, transitionEvent } from "../../topology.ts";

/*
 * The public documentation of events: `GET /events.json` and the webhooks of the OpenAPI document. The tests check every
 * event that they see against it.
 */

const happened: Record<JobEventName, string> = {
  scheduled: "A job was requested, was moved to another time, or is scheduled for its next run.",
  started: "A run has started.",
  completed: "A run has completed.",
  failed: "A run has failed for good.",
  cancelled: "A job was cancelled or has expired.",
  paused: "A recurring job was paused.",
  resumed: "A recurring job was resumed.",
  retrying: "An attempt has failed and will be retried.",
  "run.waiting": "Steps of a feature's run have begun to wait for signals or a time.",
  "run.signalled": "Messages have ended waits of a feature's run.",
  "run.rolled_back": "A feature's run has failed or was cancelled, and its completed steps were undone.",
  waiting: "A due attempt has begun to stand in the line of a limit, for a slot or a start.",
};

interface EventDoc {
  summary: string;
  /** Of the bus event's `detail`. */
  detail: z.ZodObject;
}

/** The events of jobs in webhooks, by type. */
export const jobEventDocs: Record<string, EventDoc> = Object.fromEntries(
  jobEvents.map((name) => [transitionEvent(name), { summary: happened[name], detail: JobEventDetailSchema }]),
);

/** Every event on the bus by its detail-type. */
export const eventDocs: Record<string, EventDoc> = {
  ...Object.fromEntries(
    Object.entries(jobEventDocs).map(([type, doc]) => [type, { ...doc, detail: BusEventDetailSchema }]),
  ),
  [rejectedEvent]: { summary: "A message that requested a job was refused.", detail: JobRejectedDetail },
  [endpointDisabledEvent]: { summary: "A webhook endpoint was disabled.", detail: EndpointDisabledSchema },
};
