import { firstStartOf } from "../job/first-start.ts";
import { isKnownJob, isWaiting, type Job, type Repeat } from "../job/job.ts";
import { quarterHourMs } from "../job/route.ts";
import { type Calendars, hasExpired, nextOccurrence, skipReason } from "../job/series.ts";
import { isParked } from "../job/transitions.ts";
import type { GateName } from "../limits/gate.ts";
import { runTimes } from "./series-view.ts";

/** What is known ahead of one job. All times are epoch milliseconds. */
export interface JobPlan {
  product: string;
  env: string;
  event: string;
  gates: readonly GateName[];
  /** It was due before now, and has not started. */
  isWaiting: boolean;
  /** When its attempt has started, if one is at work. */
  runningSince?: number;
  /** When it starts from now on, and each of its further runs. */
  starts: Start[];
}

interface Start {
  at: number;
  /** It takes a schedule of EventBridge Scheduler: it is planned more than a quarter hour ahead. */
  isScheduled: boolean;
}

/** What the work of a forecast is bounded by. */
export interface Budget {
  /** Starts of all jobs. */
  starts: number;
  /** Times that are worked out from a cron expression, a tenth of a millisecond each. */
  cronSteps: number;
}

export const forecastBudget: Budget = { starts: 100_000, cronSteps: 20_000 };

export interface Planned {
  plans: JobPlan[];
  /** Up to which time all starts are planned. */
  until: number;
}

interface Window {
  now: number;
  until: number;
}

/** A series whose runs are planned as far as `next`. */
interface Series {
  plan: JobPlan;
  runs: Iterator<number, void>;
  next?: number;
}

/**
 * Plans jobs from what they are now. Series go ahead by a quarter hour, all of them together, so that all are planned up to the same
 * time where they have more runs than the budget allows.
 */
export function planner({ now, until }: Window, given: Budget = forecastBudget) {
  const left = { ...given };
  const nextOf = rememberedOccurrences(left);
  const plans: JobPlan[] = [];
  const series: Series[] = [];

  const plan = ({ starts }: JobPlan, at: number): void => {
    starts.push({ at, isScheduled: at - (starts.at(-1)?.at ?? now) > quarterHourMs });
    left.starts--;
  };

  /** Takes in one job of this moment, whatever the index says of it. */
  const add = (job: Job, calendars: Calendars): void => {
    if (!isKnownJob(job)) return;
    const { product, env, event, due_at } = job;
    const gates = (job.gates ?? []).map(({ limit, key }) => ({ product, env, limit, key }));
    const own = ownStartOf(job, now, calendars);
    const planned: JobPlan = { product, env, event, gates, isWaiting: own === "waiting", starts: [] };
    if (typeof own === "number" && own < until) plan(planned, own);
    if (job.status === "running" && !isParked(job)) planned.runningSince = firstStartOf(job) ?? due_at;
    plans.push(planned);
    if (!job.repeat || job.status === "paused" || job.pause_requested) return;
    const next = (repeat: Repeat, after: number) => nextOf(job.product, repeat, after, calendars);
    series.push({ plan: planned, runs: runTimes(withoutValues(job), now, calendars, next) });
  };

  /** Plans further runs of a series up to before `end`. False if the budget is used up. */
  const goOn = (one: Series, end: number): boolean => {
    while (left.starts > 0 && left.cronSteps > 0) {
      one.next ??= one.runs.next().value ?? until;
      if (one.next >= end) return true;
      // What waits, and the start that the job itself has, is planned already.
      if (one.next > Math.max(now, one.plan.starts.at(-1)?.at ?? 0)) plan(one.plan, one.next);
      delete one.next;
    }
    return false;
  };

  const finish = (): Planned => {
    let open = series;
    for (let from = now; from < until && open.length > 0; from += quarterHourMs) {
      const end = Math.min(until, from + quarterHourMs);
      if (!open.every((one) => goOn(one, end))) return { plans, until: from };
      open = open.filter(({ next = 0 }) => next < until);
    }
    return { plans, until };
  };

  return { add, finish };
}

/** A job as far as its times need it: thousands of them are held until all are planned. */
const withoutValues = ({ result, progress, last_run, input: _input, ...job }: Job): Job => ({
  ...job,
  input: { inline: null },
});

/** When the attempt starts for which a job waits; undefined if it waits for none, or will end without it. */
function ownStartOf(job: Job, now: number, calendars: Calendars): number | "waiting" | undefined {
  if (!isWaiting(job)) return undefined;
  const at = Math.max(now, job.due_at);
  const isSkipped = skipReason({ ...job, claims: job.claims + 1 }, at, calendars) !== undefined;
  if (hasExpired(job, at) || isSkipped) return undefined;
  return job.due_at <= now ? "waiting" : job.due_at;
}

/** Occurrences by pattern: a thousand jobs of `0 9 * * *` work each of them out once. */
function rememberedOccurrences(left: Budget) {
  const known = new Map<string, number | undefined>();
  return (product: string, repeat: Repeat, after: number, calendars: Calendars): number | undefined => {
    if (repeat.every !== undefined) return nextOccurrence(repeat, after, calendars);
    const { offset_ms = 0, end_date = Number.POSITIVE_INFINITY, limit: _limit, ...pattern } = repeat;
    const from = after - offset_ms;
    const name = JSON.stringify([product, pattern.cron, pattern.tz, pattern.except, from]);
    if (!known.has(name)) {
      left.cronSteps--;
      known.set(name, nextOccurrence(pattern, from, calendars));
    }
    const planned = known.get(name);
    const next = planned === undefined ? undefined : planned + offset_ms;
    return next !== undefined && next <= end_date ? next : undefined;
  };
}
