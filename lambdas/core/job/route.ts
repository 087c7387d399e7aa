import type { Job } from "./job.ts";

/** SQS refuses a DelaySeconds above this. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const maxQueueDelaySeconds = 900;

/**
 * How long before a job's time the Scheduler is asked to deliver. It fires within the 60 s after the given second. The other
 * 15 s leave room for SQS and the consumer, which holds the message back until the very second.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const schedulerLeadMs = 75_000;

/**
 * EventBridge Scheduler starts a limited number of schedules per second (1,000 by default), so the schedules of jobs that are due
 * at one moment must not fire at one moment. Each job asks for its message up to this much earlier, by a hash of its id. The
 * message is still at most 15 minutes early, which SQS can hold back in one piece: the spread costs nothing.
 */
export const leadSpreadSeconds = 780;

/** By how much the lead grows when the 780 s before a time cannot start all its schedules. SQS holds a message for this long. */
export const quarterHourMs = maxQueueDelaySeconds * 1000;

export type DispatchRoute =
  /** Send to the queue, hidden for this many whole seconds. */
  | { via: "queue"; delaySeconds: number }
  /** Create a one-time schedule at this whole second (epoch seconds, UTC). */
  | { via: "scheduler"; at: number };

/** What of a job its route depends on. Times are epoch milliseconds. */
type Routed = Pick<Job, "id" | "due_at">;

/**
 * The way that a job takes to its consumer. `furtherQuarters` is by how many quarter hours the lead grows because many jobs are
 * due then (`hot-minutes.ts`). A job whose time is too close for that goes to the queue, which holds it back a quarter hour at a time
 * and has no such limit.
 */
export const route = (now: number, { id, due_at }: Routed, furtherQuarters = 0): DispatchRoute =>
  routeAhead(now, due_at, leadMs(id) + furtherQuarters * quarterHourMs);

/** The same for a job whose message is asked for `ahead` milliseconds before its time. */
export function routeAhead(now: number, dueAt: number, ahead: number): DispatchRoute {
  if (dueAt - now <= quarterHourMs) return { via: "queue", delaySeconds: queueDelaySeconds(now, dueAt) };
  const at = Math.floor((dueAt - ahead) / 1000);
  return at * 1000 - now < leastAheadMs
    ? { via: "queue", delaySeconds: maxQueueDelaySeconds }
    : { via: "scheduler", at };
}

/** How long SQS hides a message of a job that is due at `dueAt`: whole seconds, as many of the remaining ones as it can. */
export const queueDelaySeconds = (now: number, dueAt: number): number =>
  Math.min(maxQueueDelaySeconds, Math.max(0, Math.floor((dueAt - now) / 1000)));

/** A schedule is never created closer to its time than this: by then it might lie in the past, which AWS does not define. */
const leastAheadMs = 30_000;

/** How long before its time the message of a job is asked for, without further quarter hours. Always the same for a job. */
export const leadMs = (id: string): number => schedulerLeadMs + 1000 * (spreadHash(id) % leadSpreadSeconds);

/** FNV-1a over the whole id, so that it does not depend on the digits that choose the job's shard. */
function spreadHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

type Arriving =
  | { do: "start" }
  /** Wait in process. This is billed Lambda time, so only for the last moments. */
  | { do: "wait"; ms: number }
  /** Send the message again, hidden for this many whole seconds. */
  | { do: "resend"; delaySeconds: number };

/** How a consumer deals with early messages. */
export interface Waiting {
  /** The longest time, in milliseconds, that it waits in process. This is billed Lambda time. Default: 1000. */
  longestWaitMs?: number | undefined;
  /**
   * How many seconds before their time messages come back at the earliest, spread by the ids of their jobs: consumers then hold a
   * herd before it is due, instead of receiving all of it at that moment. Default: 0, within the last second.
   */
  holdSeconds?: number | undefined;
}

/** A consumer has 20 s beyond an attempt's timeout to wait in process (`topology.ts`). */
export const longestHoldSeconds = 18;

/** A held message arrives at least this early, so that collecting a batch of messages does not make it late. */
const leastHoldMs = 2000;

/**
 * What a consumer does with a message that reaches it at `now`. It never starts before `dueAt`, and waits in process for at
 * most `longestWaitMs`, but at least for the fraction of a second that SQS cannot express, and for as long as messages come early. `id` is the id of the job.
 */
export function arrival(
  now: number,
  dueAt: number,
  { longestWaitMs = 1000, holdSeconds = 0 }: Waiting = {},
  id = "",
): Arriving {
  const remaining = dueAt - now;
  if (remaining <= 0) return { do: "start" };
  const holdMs = holdSeconds * 1000;
  if (remaining < Math.max(1000, longestWaitMs, holdMs + 1000)) return { do: "wait", ms: remaining };
  if (holdMs > leastHoldMs) {
    const earlyMs = leastHoldMs + (Math.floor(spreadHash(id) / leadSpreadSeconds) % (holdMs - leastHoldMs));
    return { do: "resend", delaySeconds: queueDelaySeconds(now, dueAt - earlyMs) };
  }
  return { do: "resend", delaySeconds: queueDelaySeconds(now, dueAt) };
}
