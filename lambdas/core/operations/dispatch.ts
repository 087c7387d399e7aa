import { type Job, jobTypes, messageOf, tenantOf } from "../job/job.ts";
import { route } from "../job/route.ts";
import type { Clock, JobQueue, Refused, Scheduler } from "../ports/ports.ts";
import { inParallel } from "./in-parallel.ts";
import { refusedBy } from "./refused-by.ts";

export interface Dispatching {
  queue: JobQueue;
  scheduler: Scheduler;
  clock: Clock;
}

/**
 * The name of an attempt's schedule: at most 64 of `[0-9a-zA-Z-_.]`. It is derived from the attempt, so that dispatching twice
 * makes one schedule, and from the time, so that a job that is moved gets another one.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export const scheduleName = ({ id, run, attempt, due_at }: Pick<Job, "id" | "run" | "attempt" | "due_at">): string =>
  `${id}-${run.toString(36)}-${attempt.toString(36)}-${due_at.toString(36)}`;

/** Notifies the parent feature that this step has ended. */
export async function wakeParent({ queue }: Pick<Dispatching, "queue">, job: Job): Promise<void> {
  if (job.parent) await queue.send("feature", job.parent.message, { delaySeconds: 0, group: tenantOf(job) });
}

/** Sends the current attempt of a recorded job to its queue or to the Scheduler. Safe to repeat, since claims are conditional. */
export async function dispatch({ queue, scheduler, clock }: Dispatching, job: Job): Promise<void> {
  const way = route(clock.now(), job.due_at);
  const message = messageOf(job);
  if (way.via === "queue") {
    await queue.send(job.type, message, { delaySeconds: way.delaySeconds, group: tenantOf(job) });
  } else {
    await scheduler.schedule(scheduleName(job), way.at, job.type, message);
  }
}

/** How many calls of the Scheduler are under way at a time: it has no batch call. */
const schedulesAtOnce = 10;

/** Dispatches many jobs with as few calls as AWS allows. Answers those that were refused. */
export async function dispatchMany({ queue, scheduler, clock }: Dispatching, jobs: readonly Job[]): Promise<Refused[]> {
  const now = clock.now();
  const soon: { index: number; job: Job; delaySeconds: number }[] = [];
  const later: { index: number; job: Job; at: number }[] = [];
  for (const [index, job] of jobs.entries()) {
    const way = route(now, job.due_at);
    if (way.via === "queue") soon.push({ index, job, delaySeconds: way.delaySeconds });
    else later.push({ index, job, at: way.at });
  }
  const sends = jobTypes.map(async (type) => {
    const own = soon.filter(({ job }) => job.type === type);
    const entries = own.map(({ job, delaySeconds }) => ({
      message: messageOf(job),
      delaySeconds,
      group: tenantOf(job),
    }));
    if (entries.length === 0) return [];
    const refused = await refusedBy(entries.length, () => queue.sendMany(type, entries));
    return refused.flatMap(({ index, cause }) => ({ index: own[index]?.index as number, cause }));
  });
  const schedules = inParallel(schedulesAtOnce, later, async ({ index, job, at }): Promise<Refused[]> => {
    try {
      await scheduler.schedule(scheduleName(job), at, job.type, messageOf(job));
      return [];
    } catch (cause) {
      return [{ index, cause }];
    }
  });
  return (await Promise.all([...sends, schedules.then((refused) => refused.flat())])).flat();
}
