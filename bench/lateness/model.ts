/**
 * How long AWS takes to pass a message from one of our functions to another, in milliseconds. The Scheduler's 60 s are documented
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html); how they are spread is not, so they are
 * uniform here. The rest is assumed: SQS hands a visible message to a waiting poller within some milliseconds, and one
 * invocation in a hundred also waits for a new environment.
 */
export const model = {
  schedulerLateMs: 60_000,
  deliveryMs: 8,
  deliveryMeanMs: 12,
  coldShare: 0.01,
  coldMs: 300,
  /** A request to DynamoDB or SQS. */
  requestMs: 5,
};

export const modelLines = [
  `EventBridge Scheduler fires up to ${model.schedulerLateMs / 1000} s after the second that it was given, uniformly`,
  `SQS shows a message when its delay of whole seconds is over; a consumer gets it ${model.deliveryMs} ms later, plus an exponentially distributed time with a mean of ${model.deliveryMeanMs} ms`,
  `one delivery in ${1 / model.coldShare} takes ${model.coldMs} ms more, for a cold start`,
  `a request to DynamoDB or SQS takes ${model.requestMs} ms`,
];

export type Random = () => number;

/** From the time a message is visible in its queue until its consumer has it. */
export const delivery = (random: Random): number =>
  model.deliveryMs - model.deliveryMeanMs * Math.log(1 - random()) + (random() < model.coldShare ? model.coldMs : 0);

/** Numbers from 0 up to 1, always the same for a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
