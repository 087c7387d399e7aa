import { createHash } from "node:crypto";
import { isAlertJob } from "./actor.ts";
import type { IndexPosition } from "./index-position.ts";
import { isKnownJob, isWaiting, type Job, phaseTime } from "./job.ts";
import type { Gate } from "./job-wait.ts";
import { catalogEventOf } from "./list.ts";
import { isParked } from "./transitions.ts";

/**
 * What a pause holds: a product, in one env or in all of them, and one of its events or all of them; or what passes one of its
 * limits, for one key or for all of them.
 */
export interface PauseScope {
  product: string;
  /** Absent: every env. */
  env?: string;
  /** Absent: every event. */
  event?: string;
  /** Absent: jobs with and without limits. */
  limit?: string;
  /** As jobs have it in `gates`. Absent: every key of the limit. */
  key?: string;
}

/** What of a job decides which pauses hold it. */
export type Held = Pick<Job, "product" | "env" | "event" | "gates" | "made_by">;

/** How far a pause that has ended has come with the jobs that it held. */
export interface Drain {
  /** When the next job of it may start, epoch milliseconds. */
  next_at: number;
  /** The last job that was looked at. */
  after?: IndexPosition;
  /** How many messages were sent. */
  sent: number;
}

/** A stored pause. All times are epoch milliseconds. */
export interface Pause extends PauseScope {
  /** Derived from the scope: there is one pause per scope, so that a repeated request makes no second one. */
  id: string;
  reason: string;
  /** Who paused it last: the id of the API key. */
  by?: string;
  since: number;
  /** When it ends by itself. Absent: never. */
  until?: number;
  /** How many of the held jobs per second start after its end. */
  drain_per_second: number;
  /** When it ended. Its jobs have been starting since then, at the rate. */
  ended_at?: number;
  drain?: Drain;
  /** Raised by one with every write: the optimistic lock. */
  version: number;
}

/**
 * How long a process may act on the pauses that it has read, in milliseconds. Together with the claim that follows, nothing
 * of a scope starts 5 s after its pause.
 */
export const pausesFreshMs = 4000;

/**
 * How long after the end of a pause its jobs begin to start. A consumer may act on an earlier read until then, or have a
 * clock that is behind, and would drop their messages once more.
 */
export const pauseKnownMs = 10_000;

/** How many held jobs per second may start after a pause. The reconciler sends no more than that in its share of a minute. */
export const drainRates = { usual: 50, most: 200 } as const;

/** `pause_` and 32 hexadecimal digits. Only a key, which comes last, may contain control characters: the text is unambiguous. */
export function pauseId({ product, env = "", event = "", limit, key = "" }: PauseScope): string {
  const parts = [product, env, event, ...(limit === undefined ? [] : [limit, key])];
  return `pause_${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32)}`;
}

export const pauseIdPattern = /^pause_[0-9a-f]{32}$/;

/** A job that tells a receiver of an incident is never held. */
export const covers = (scope: PauseScope, job: Held): boolean =>
  !isAlertJob(job) &&
  scope.product === job.product &&
  (scope.env === undefined || scope.env === job.env) &&
  (scope.event === undefined || scope.event === catalogEventOf(job)) &&
  (scope.limit === undefined || (job.gates ?? []).some((gate) => isOfLimit(scope, gate)));

const isOfLimit = ({ limit, key }: PauseScope, gate: Gate): boolean =>
  gate.limit === limit && (key === undefined || gate.key === key);

/** When a pause ended; undefined while it holds. One with an `until` ends by itself. */
export const pauseEndOf = ({ ended_at, until }: Pick<Pause, "ended_at" | "until">, now: number): number | undefined =>
  ended_at ?? (until !== undefined && until <= now ? until : undefined);

export const isHolding = (pause: Pick<Pause, "ended_at" | "until">, now: number): boolean =>
  pauseEndOf(pause, now) === undefined;

/** The pause that holds what is due now in this scope: the one that ends last, so that it says until when. */
export function holding(pauses: readonly Pause[], job: Held, now: number): Pause | undefined {
  const endsAt = ({ until = Number.POSITIVE_INFINITY }: Pause) => until;
  return pauses
    .filter((pause) => covers(pause, job) && isHolding(pause, now))
    .reduce<Pause | undefined>((last, one) => (last && endsAt(last) >= endsAt(one) ? last : one), undefined);
}

/** The pause that a job waits for: its time has come, or it is a feature between two decisions, and the pause holds it. */
export const pauseOf = (pauses: readonly Pause[], job: Job, now: number): Pause | undefined =>
  (isWaiting(job) && job.due_at <= now) || isParked(job) ? holding(pauses, job, now) : undefined;

/**
 * Whether the reconciler must leave a job alone: a pause holds it, or has ended and gives it a start time. Such a
 * job was due before the consumers knew of the end.
 */
export const isLeftToPause = (pauses: readonly Pause[], job: Job, now: number): boolean =>
  pauses.some((pause) => {
    if (!covers(pause, job)) return false;
    const end = pauseEndOf(pause, now);
    return end === undefined || ((isWaiting(job) || isParked(job)) && phaseTime(job) <= end + pauseKnownMs);
  });

/** Whether a pause has ended and a job that it held gets a message now. */
export const isReleased = (job: Job, now: number): boolean =>
  isKnownJob(job) && (isWaiting(job) || (job.status === "running" && (job.lease_until ?? 0) < now));

/**
 * A feature whose wake-up comes during a pause: it moves to the present in the index, so that the end of the pause finds it
 * among what is due.
 */
export const withWakeKept = (job: Job, now: number): Job => ({ ...job, wake_at: now, version: job.version + 1 });

/** A pause that ends now. */
export const endedPause = (pause: Pause, at: number): Pause => ({ ...pause, ended_at: at, version: pause.version + 1 });

/**
 * The start times of the next `count` jobs of a pause that has ended, and the time of the one after them. They are in the
 * order of the jobs' own times, `drain_per_second` apart, and none is in the past.
 */
export function drainSlotsOf(pause: Pause, count: number, now: number): { slots: number[]; next_at: number } {
  const first = Math.max(now, drainOf(pause, now).next_at);
  const at = (index: number) => first + Math.ceil((index * 1000) / pause.drain_per_second);
  return { slots: Array.from({ length: count }, (_, index) => at(index)), next_at: at(count) };
}

/** How far the drain of a pause has come; the beginning if it has not begun. */
export const drainOf = (pause: Pause, now: number): Drain =>
  pause.drain ?? { next_at: (pauseEndOf(pause, now) ?? now) + pauseKnownMs, sent: 0 };
