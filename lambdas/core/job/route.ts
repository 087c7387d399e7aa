/** SQS refuses a DelaySeconds above this. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const maxQueueDelaySeconds = 900;

/**
 * How long before a job's time the Scheduler is asked to deliver. It fires within the 60 s after the given second. The other
 * 15 s leave room for SQS and the consumer, which holds the message back until the very second.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const schedulerLeadMs = 75_000;

export type Route =
  /** Send to the queue, hidden for this many whole seconds. */
  | { via: "queue"; delaySeconds: number }
  /** Create a one-time schedule at this whole second (epoch seconds, UTC). */
  | { via: "scheduler"; at: number };

/** The way that a job which is due at `dueAt` takes to its consumer. Both times are epoch milliseconds. */
export function route(now: number, dueAt: number): Route {
  const remaining = dueAt - now;
  if (remaining <= maxQueueDelaySeconds * 1000) {
    return { via: "queue", delaySeconds: Math.max(0, Math.floor(remaining / 1000)) };
  }
  return { via: "scheduler", at: Math.floor((dueAt - schedulerLeadMs) / 1000) };
}

export type Arrival =
  | { do: "start" }
  /** Wait in process. This is billed Lambda time, so only for the last moments. */
  | { do: "wait"; ms: number }
  /** Send the message again, hidden for this many whole seconds. */
  | { do: "resend"; delaySeconds: number };

/**
 * What a consumer does with a message that reaches it at `now`. It never starts before `dueAt`, and waits in process for at
 * most `longestWaitMs`, but at least for the fraction of a second that SQS cannot express.
 */
export function arrival(now: number, dueAt: number, longestWaitMs = 1000): Arrival {
  const remaining = dueAt - now;
  if (remaining <= 0) return { do: "start" };
  if (remaining < Math.max(1000, longestWaitMs)) return { do: "wait", ms: remaining };
  return { do: "resend", delaySeconds: Math.min(maxQueueDelaySeconds, Math.floor(remaining / 1000)) };
}
