import { leadSpreadSeconds, quarterHourMs } from "./route.ts";

export const minuteMs = 60_000;
export const minuteOf = (time: number): number => Math.floor(time / minuteMs) * minuteMs;
export const quarterOf = (time: number): number => Math.floor(time / quarterHourMs) * quarterHourMs;

/**
 * How many schedules EventBridge Scheduler starts per second by its default quota, in the large Regions.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
 */
export const defaultStartsPerSecond = 1000;

/** The part of what the Scheduler can start that is planned for: counters are a little behind, and neighbours overlap. */
const plannedShare = 0.9;

/** How many jobs of a quarter hour the Scheduler starts on time with one lead, before the next ones need a longer one. */
export const jobsPerLead = (startsPerSecond: number): number => leadSpreadSeconds * startsPerSecond * plannedShare;

/** Beyond four hours of lead, and some ten million jobs in a quarter hour, the lead grows no further. */
const mostFurtherQuarters = 16;

/** By how many quarter hours the lead of the next job grows when this many are counted in its quarter hour already. */
export const furtherQuartersFor = (jobs: number, startsPerSecond: number): number =>
  Math.min(mostFurtherQuarters, Math.floor(jobs / jobsPerLead(startsPerSecond)));

/** Whether a minute holds more jobs than the Scheduler starts in a minute. */
export const isHot = (jobs: number, startsPerSecond: number): boolean => jobs > startsPerSecond * (minuteMs / 1000);
