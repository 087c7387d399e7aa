import { durationMs } from "../kernel/duration-ms.ts";
import type { Attempt } from "./attempt.ts";
import type { Job, RunRecord } from "./job.ts";
import { fingerprint } from "./job-id.ts";

/** How long a result is used again: the default, and the bounds of an event's `cache_ttl`, in milliseconds. */
export const cacheTtl = { default: 24 * 3_600_000, least: 1000, most: 30 * 24 * 3_600_000 } as const;

/** By how much the clocks of two functions may differ. A result of a run that began so soon after its tag was cleared is not used. */
export const clockSkewMs = 10_000;

/** What a product, env and cache tag name. */
export interface CacheTag {
  product: string;
  env: string;
  tag: string;
}

/** Runs of one tag that have the same result: those of one event with one input. */
export interface CacheKey extends CacheTag {
  hash: string;
}

/** A completed run, whose result others of its key get. The result itself stays with its job, and is gone when that is deleted. */
export interface CachedRun extends Pick<RunRecord, "job_id" | "run" | "created_at"> {
  /** When its last attempt began, epoch milliseconds: what was cleared since does not count. */
  started_at: number;
  /** From when on it is no longer used, epoch milliseconds. */
  until: number;
}

/** What is known of a key. */
export interface Cached {
  run?: CachedRun;
  /** When its tag was last cleared, epoch milliseconds. */
  cleared_at?: number;
}

type Cacheable = Pick<Job, "product" | "env" | "event" | "app" | "session">;

/**
 * The key of a run, by the input that is executed: with the values of its expressions. A feature reads its session beside the
 * input, so that one user's result is never another's.
 */
export const cacheKeyOf = (
  { product, env, event, app, session }: Cacheable,
  tag: string,
  input: unknown,
): CacheKey => ({
  product,
  env,
  tag,
  hash: fingerprint([event, tag, app ?? null, session ?? null, input]),
});

/** Whether other runs still get the result of a run. */
export const isUsable = ({ run, cleared_at = Number.NEGATIVE_INFINITY }: Cached, now: number): boolean =>
  run !== undefined && run.until > now && run.started_at > cleared_at;

/** What is kept of a run that has completed. Undefined if it was answered from another run, which stays the one to name. */
export function cachedRun(ended: Job, ttl: number | string | undefined): CachedRun | undefined {
  const attempt = ended.attempts.at(-1);
  if (ended.status !== "completed" || !attempt || attempt.cached_from !== undefined) return undefined;
  const { id: job_id, run, created_at } = ended;
  const until = attempt.ended_at + (ttl === undefined ? cacheTtl.default : durationMs(ttl));
  return { job_id, run, created_at, started_at: attempt.started_at, until };
}

/** The job whose result a run was answered with. */
export const cachedFrom = (attempts: readonly Attempt[]): string | undefined => attempts.at(-1)?.cached_from;
