import type * as z from "zod";
import type { BusEventDetailSchema } from "./job-event-schema.ts";

/** Every transition that can be published. On the bus its detail-type is `job.<name>`, and that of a run's own is their name. */
export const jobEvents = [
  "scheduled",
  "started",
  "completed",
  "failed",
  "cancelled",
  "paused",
  "resumed",
  "retrying",
  "waiting",
  "run.waiting",
  "run.signalled",
  "run.rolled_back",
] as const;
export type JobEventName = (typeof jobEvents)[number];

/** What is published by default: each event costs money, and these are the ones that others wait for. */
export const finalEvents = ["completed", "failed", "cancelled"] as const satisfies readonly JobEventName[];

export type JobEventDetail = z.infer<typeof BusEventDetailSchema>;

export interface JobEvent {
  name: JobEventName;
  /** When it happened, epoch milliseconds. */
  time: number;
  detail: JobEventDetail;
}
