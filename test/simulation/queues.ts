import { redeliverySeconds } from "../../lambdas/aws/sqs/redelivery.ts";
import { type JobMessage, type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import type { Calls } from "../../lambdas/core/limits/pump.ts";
import type { JobQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Refused } from "../../lambdas/core/ports/refused.ts";
import type { Scheduler } from "../../lambdas/core/ports/scheduler.ts";
import { fakeUnscheduled } from "../support/fakes/unscheduled.ts";
import { Injected, type World } from "./adversary.ts";
import type { Hardship } from "./hardship.ts";
import { attemptKey, type Ledger, nextRunKey } from "./ledger.ts";
import { isOccurrence } from "./series-rules.ts";

/** Handles a message: resolves when it may be deleted; rejects or never settles when it may not. */
export type Consume = (type: JobType, message: JobMessage, arrived: Arrived) => Promise<void>;

/** What comes beside a message. */
export interface Arrived {
  calls?: Calls | undefined;
}

export interface Messaging {
  queue: JobQueue;
  scheduler: Scheduler;
  unscheduled: ReturnType<typeof fakeUnscheduled>;
  /** Messages and schedules that are still to be delivered. */
  inFlight(): number;
  /** Whether the Scheduler is going to deliver this attempt. */
  isScheduled(key: string): boolean;
}

interface Schedule {
  /** The attempt that its message names. */
  key: string;
  deletedAt: number | undefined;
}

/** Six times a function's timeout on AWS; shorter here, to keep histories short. */
const visibilityMs = 120_000;
/** Twenty on AWS; fewer here, so that messages become dead letters. */
const maxReceives = 5;
/**
 * More messages of one job mean that messages multiply. A called job that comes too early sends itself back up to four times, and each of
 * these messages may come twice: some 13 where half of them do, for each time that it is called, which in an outage is every lease. By luck
 * alone 34 were seen in 77,500 histories (seed 73126422), where the most in 2,500 is 20 as a rule; what multiplies goes far beyond.
 */
const mostOfOneJob = ({ duplicate }: Hardship): number => Math.ceil(48 * Math.max(1, ((1 + duplicate) / 1.5) ** 5));

/** The queue of features, whose consumer reaches that of the message's type, or for three of sixteen jobs, by their ids, one whose consumer does not. */
function otherThan(type: JobType, { job_id }: JobMessage): JobType {
  if (type === "feature") return "action";
  if (Number.parseInt(job_id.slice(-1), 16) > 2) return "feature";
  return type === "action" ? "publish" : "action";
}

/** The Scheduler as one invocation asks for it: in time, however long its calls then take. */
export const askedInTime = (scheduler: Scheduler, { time, hardship, observer }: World): Scheduler => ({
  schedule(name, at, ...rest) {
    if (at * 1000 <= time.now() - hardship.skew)
      observer.violated("routes", `schedule ${name.slice(-20)} lies ${time.now() - at * 1000} ms in the past`);
    return scheduler.schedule(name, at, ...rest);
  },
  unschedule: (name) => scheduler.unschedule(name),
});

/** SQS and EventBridge Scheduler. */
export function messaging(world: World, ledger: Ledger, consume: Consume): Messaging {
  const { time, random, late, hardship, observer, herd } = world;
  const { recorded, ahead, handedOver } = ledger;
  const schedules = new Map<string, Schedule>();
  let messages = 0;
  const ofJob = new Map<string, number>();

  function count({ job_id }: JobMessage, by: 1 | -1) {
    messages += by;
    const all = (ofJob.get(job_id) ?? 0) + by;
    ofJob.set(job_id, all);
    observer.most("most messages: of one job", all);
    if (all > mostOfOneJob(hardship))
      observer.violated("consumer", `${all} messages of ${job_id.slice(-6)} are in flight`);
  }

  function enqueue(type: JobType, message: JobMessage, delaySeconds: number, calls?: Calls) {
    const lag = world.lines?.lag ?? 0;
    const copies = random.chance(hardship.duplicate) ? 2 : 1;
    if (copies > 1) observer.cover("duplicate message");
    for (let copy = 0; copy < copies; copy++) {
      count(message, 1);
      const isLost = late.chance(hardship.misroute);
      if (isLost) observer.cover("message in another type's queue");
      time.after(delaySeconds * 1000 + lag + random.int(0, hardship.queueLag), () =>
        deliver(isLost ? otherThan(type, message) : type, message, { calls }, 1),
      );
    }
  }

  function deliver(type: JobType, message: JobMessage, arrived: Arrived, receives: number) {
    let isOver = false;
    const again = () => {
      isOver = true;
      if (receives < maxReceives) {
        observer.cover("redelivery");
        return deliver(type, message, arrived, receives + 1);
      }
      // The reconciler is now responsible for its job.
      observer.cover("dead letter");
      observer.note(() => `dead letter: ${attemptKey(message)}`);
      count(message, -1);
    };
    const cancel = time.after(visibilityMs, again);
    consume(type, message, arrived).then(
      () => {
        cancel();
        count(message, -1);
      },
      // Reported as failed: its consumer shortens the visibility timeout, unless that has passed.
      () => {
        if (isOver) return;
        cancel();
        time.after(redeliverySeconds(receives) * 1000, again);
      },
    );
  }

  /** "Record first, then dispatch." */
  function handOver(message: JobMessage) {
    const key = attemptKey(message);
    // With `cancel_previous` a run that has begun sends the message of the next one ahead.
    const series = ahead.get(nextRunKey(message.job_id, message.run)) ?? [];
    const isAhead = message.attempt === 1 && series.some((repeat) => isOccurrence(repeat, message.due_at));
    if (!recorded.has(key) && !isAhead) observer.violated("consumer", `${key} was dispatched before it was recorded`);
    handedOver.set(key, time.now());
  }

  const queue: JobQueue = {
    reach: new Set(jobTypes),
    async send(type, message, { delaySeconds, calls }) {
      if (delaySeconds < 0 || delaySeconds > 900 || !Number.isInteger(delaySeconds))
        observer.violated("routes", `SQS refuses a delay of ${delaySeconds} s`);
      handOver(message);
      enqueue(type, message, delaySeconds, calls);
    },

    async sendMany(type, entries) {
      const refused: Refused[] = [];
      for (const [index, { message, ...options }] of entries.entries()) {
        if (random.chance(hardship.refuse)) refused.push({ index, cause: new Injected("SQS refused an entry") });
        else await queue.send(type, message, options);
      }
      if (refused.length > 0) observer.cover("sendMany refuses an entry");
      return refused;
    },
  };

  const scheduler: Scheduler = {
    async schedule(name, at, type, message) {
      if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) observer.violated("routes", `no name for a schedule: ${name}`);
      if (herd.refuses()) {
        observer.cover("the Scheduler is full");
        throw new Injected("the Scheduler is full", "ServiceQuotaExceededException");
      }
      const key = attemptKey(message);
      const other = schedules.get(name);
      if (other && other.key !== key) observer.violated("routes", `${key} finds its schedule's name taken`);
      handOver(message);
      if (other) return observer.cover("schedule exists");
      const schedule: Schedule = { key, deletedAt: undefined };
      schedules.set(name, schedule);
      // A call that takes very long may come after the schedule's time. AWS does not define what happens then: here, nothing.
      const isPast = at * 1000 <= time.now() - hardship.skew;
      const fires = isPast || random.chance(hardship.neverFire) ? 0 : random.chance(hardship.fireTwice) ? 2 : 1;
      observer.cover(`schedule fires ${fires}x`);
      // Deleted after its completion, whatever the result: only then the name is free.
      time.after(at * 1000 - time.now() + 60_000, () => schedules.delete(name));
      for (let i = 0; i < fires; i++) {
        count(message, 1);
        time.after(at * 1000 - time.now() + random.int(0, 60_000), () => {
          count(message, -1);
          const { deletedAt } = schedule;
          // A schedule deleted close to its time may still be delivered.
          const isClose = deletedAt !== undefined && deletedAt >= at * 1000 - 60_000;
          if (isClose) observer.cover("schedule deleted close to its time");
          if (deletedAt === undefined || (isClose && random.chance(0.5))) enqueue(type, message, 0);
        });
      }
    },

    async unschedule(name) {
      const schedule = schedules.get(name);
      if (schedule) schedule.deletedAt = time.now();
      schedules.delete(name);
    },
  };

  const kept = fakeUnscheduled();
  const unscheduled: typeof kept = {
    ...kept,
    async hold(one) {
      handOver(one.message);
      observer.cover("a message is kept for the reconciler");
      await kept.hold(one);
    },
  };

  const isScheduled = (key: string) => [...schedules.values()].some((schedule) => schedule.key === key);

  return { queue, scheduler, unscheduled, inFlight: () => messages + kept.kept.size, isScheduled };
}
