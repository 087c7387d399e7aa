import { type Job, messageOf, tenantOf } from "./job.ts";
import type { Clock, JobQueue, Scheduler } from "./ports.ts";
import { route } from "./route.ts";

export interface Dispatching {
  queue: JobQueue;
  scheduler: Scheduler;
  clock: Clock;
}

/**
 * The schedule of an attempt: at most 64 of `[0-9a-zA-Z-_.]`. Derived, so that dispatching twice makes one schedule; from
 * the time too, so that a job that is moved is not taken for scheduled already.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export const scheduleName = ({ id, run, attempt, due_at }: Pick<Job, "id" | "run" | "attempt" | "due_at">): string =>
  `${id}-${run.toString(36)}-${attempt.toString(36)}-${due_at.toString(36)}`;

/** Tells the feature that a job is a step of that the job has ended. */
export async function wakeParent({ queue }: Pick<Dispatching, "queue">, job: Job): Promise<void> {
  if (job.parent) await queue.send("feature", job.parent.message, { delaySeconds: 0, group: tenantOf(job) });
}

/** Hands the current attempt of a recorded job to its queue or to the Scheduler. Safe to repeat: claims are conditional. */
export async function dispatch({ queue, scheduler, clock }: Dispatching, job: Job): Promise<void> {
  const way = route(clock.now(), job.due_at);
  const message = messageOf(job);
  if (way.via === "queue") {
    await queue.send(job.type, message, { delaySeconds: way.delaySeconds, group: tenantOf(job) });
  } else {
    await scheduler.schedule(scheduleName(job), way.at, job.type, message);
  }
}
