import { fairGroupOf, isKnownJob, type Job, type JobMessage, jobMessageOf, jobTypes } from "../job/job.ts";
import { type DispatchRoute, route } from "../job/route.ts";
import { TransientError } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { Clock } from "../ports/clock.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { Log } from "../ports/log.ts";
import { type Refused, refusedBy } from "../ports/refused.ts";
import type { Scheduler } from "../ports/scheduler.ts";
import type { Unscheduled } from "../ports/unscheduled.ts";
import type { HotMinutes } from "./hot-minutes.ts";
import { jobFields } from "./log-fields.ts";

export interface Dispatching {
  queue: JobQueue;
  scheduler: Scheduler;
  /** What the Scheduler does not take. */
  unscheduled: Unscheduled;
  /** Which minutes hold more jobs than the Scheduler can start. */
  hot: HotMinutes;
  clock: Clock;
  log: Log;
}

/**
 * The name of an attempt's schedule: at most 64 of `[0-9a-zA-Z-_.]`. It is derived from the attempt, so that dispatching twice
 * makes one schedule, and from the time, so that a job that is moved gets another one.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export const scheduleName = ({ id, run, attempt, due_at }: Pick<Job, "id" | "run" | "attempt" | "due_at">): string =>
  `${id}-${run.toString(36)}-${attempt.toString(36)}-${due_at.toString(36)}`;

/** The name of the schedule that wakes a parked job at `at`. */
export const timerName = ({ id, run, attempt }: Pick<Job, "id" | "run" | "attempt">, at: number): string =>
  `${id}-${run.toString(36)}-${attempt.toString(36)}-w${at.toString(36)}`;

/** Notifies the parent feature that this step has ended. */
export async function wakeParent({ queue }: Pick<Dispatching, "queue">, job: Job): Promise<void> {
  if (job.parent) await queue.send("feature", job.parent.message, { delaySeconds: 0, group: fairGroupOf(job) });
}

/** Wakes a run that is parked, so that it decides at once. Safe to repeat. */
export async function wakeRun({ queue }: Pick<Dispatching, "queue">, job: Job): Promise<void> {
  if (!queue.reach.has(job.type)) return;
  await queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: fairGroupOf(job) });
}

/**
 * Sends the current attempt of a recorded job to its queue or to the Scheduler. Safe to repeat, since claims are conditional. A job of
 * a kind that only a later version knows has no queue here, and waits for that version. One of a type that this function does not
 * reach waits for the reconciler: the step of a feature whose event had another type in a former catalog.
 */
export async function dispatch(services: Dispatching, job: Job): Promise<void> {
  if (!isKnownJob(job) || !services.queue.reach.has(job.type)) return;
  const way = await wayOf(services, job, services.clock.now());
  if (way.via === "scheduler") return scheduleMessage(services, job, scheduled(job, way.at));
  await services.queue.send(job.type, jobMessageOf(job), { delaySeconds: way.delaySeconds, group: fairGroupOf(job) });
}

/** Sends the message that wakes a parked job at `at`, as punctually as a job starts. Safe to repeat: the decision looks at what is due. */
export async function wakeAt(services: Dispatching, job: Job, at: number): Promise<void> {
  const way = await wayOf(services, { ...job, due_at: at }, services.clock.now());
  const message = { ...jobMessageOf(job), wake_at: at };
  if (way.via === "scheduler") {
    await scheduleMessage(services, job, { name: timerName(job, at), at: way.at, message });
  } else await services.queue.send(job.type, message, { delaySeconds: way.delaySeconds, group: fairGroupOf(job) });
}

interface ScheduledMessage {
  name: string;
  /** Epoch seconds. */
  at: number;
  message: JobMessage;
}

const scheduled = (job: Job, at: number): ScheduledMessage => ({
  name: scheduleName(job),
  at,
  message: jobMessageOf(job),
});

/** The way of a job. Only one that the Scheduler would take is counted, since only the Scheduler has a quota of starts. */
async function wayOf({ hot }: Dispatching, job: Job, now: number): Promise<DispatchRoute> {
  const way = route(now, job);
  if (way.via === "queue") return way;
  const further = await hot.furtherQuarters(job);
  return further === 0 ? way : route(now, job, further);
}

/**
 * Creates the schedule of an attempt. If the Scheduler refuses it for now, because it holds as many as it may, is throttled or
 * fails, the message is kept in the table, and the relay sends it in time: the job is as punctual, and no request is refused.
 */
async function scheduleMessage(
  { scheduler, unscheduled, log }: Dispatching,
  job: Job,
  { name, at, message }: ScheduledMessage,
): Promise<void> {
  try {
    await scheduler.schedule(name, at, job.type, message);
  } catch (cause) {
    if (!(cause instanceof TransientError)) throw cause;
    await unscheduled.hold({ type: job.type, group: fairGroupOf(job), message });
    log.measure(
      "schedule refused: the reconciler will send the message",
      { values: { unscheduled: 1 } },
      { ...jobFields(job), code: cause.code },
    );
  }
}

/** How many calls of the Scheduler are under way at a time: it has no batch call. */
const schedulesAtOnce = 10;

/** Dispatches many jobs with as few calls as AWS allows. Returns those that were refused. */
export async function dispatchMany(services: Dispatching, jobs: readonly Job[]): Promise<Refused[]> {
  const { queue, clock } = services;
  const now = clock.now();
  const soon: { index: number; job: Job; delaySeconds: number }[] = [];
  const later: { index: number; job: Job; at: number }[] = [];
  for (const [index, job] of jobs.entries()) {
    const way = await wayOf(services, job, now);
    if (way.via === "queue") soon.push({ index, job, delaySeconds: way.delaySeconds });
    else later.push({ index, job, at: way.at });
  }
  const sends = jobTypes.map(async (type) => {
    const own = soon.filter(({ job }) => job.type === type);
    const entries = own.map(({ job, delaySeconds }) => ({
      message: jobMessageOf(job),
      delaySeconds,
      group: fairGroupOf(job),
    }));
    if (entries.length === 0) return [];
    const refused = await refusedBy(entries.length, () => queue.sendMany(type, entries));
    return refused.flatMap(({ index, cause }) => ({ index: own[index]?.index as number, cause }));
  });
  const schedules = inParallel(schedulesAtOnce, later, async ({ index, job, at }): Promise<Refused[]> => {
    try {
      await scheduleMessage(services, job, scheduled(job, at));
      return [];
    } catch (cause) {
      return [{ index, cause }];
    }
  });
  return (await Promise.all([...sends, schedules.then((refused) => refused.flat())])).flat();
}
