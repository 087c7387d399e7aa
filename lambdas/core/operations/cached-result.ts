import type { Job, Stored } from "../job/job.ts";
import { type CachedRun, type CacheKey, cachedRun, cacheKeyOf, isUsable } from "../job/result-cache.ts";
import { traceOf } from "../kernel/errors.ts";
import type { ResultCache } from "../ports/result-cache.ts";
import { Answered, type ExecuteWithServices, type Execution } from "./execution.ts";
import { loadIfThere } from "./payload.ts";
import type { ConsumerServices, Services } from "./services.ts";

/** What a job does that names a cache tag: it asks before it executes, and keeps what it has done. */
export interface Caching {
  /** The executor, which is called only if no earlier result is used. */
  around(execute: ExecuteWithServices): ExecuteWithServices;
  /** Keeps the run for others. Never throws: they execute then. */
  keep(ended: Job): Promise<void>;
}

export function cachingOf(services: ConsumerServices, tag: string): Caching {
  let asked: { key: CacheKey; ttl: number | string | undefined } | undefined;
  return {
    around: (execute) => async (execution, within) => {
      const key = cacheKeyOf(execution.job, tag, execution.input);
      asked = { key, ttl: execution.event.cache_ttl };
      const answer = await answerOf(services, key, execution);
      if (answer) return answer;
      // The answer may come after the timeout, when the next attempt is already under way.
      execution.signal.throwIfAborted();
      return execute(execution, within);
    },

    async keep(ended) {
      const run = asked && cachedRun(ended, asked.ttl);
      if (!asked || !run) return;
      await services.resultCache.keep(asked.key, run).catch((error: unknown) => {
        services.log.warn("a result was not kept for others", traceOf(error));
      });
    },
  };
}

/** The result of an earlier run. A feature that has begun goes on. If nothing can be read, the job is executed. */
async function answerOf(services: ConsumerServices, key: CacheKey, { progress, job }: Execution) {
  if (progress !== undefined || job.parked_since !== undefined) return undefined;
  try {
    const run = await usableRun(services, key, services.clock.now());
    const result = run && (await resultOf(services, run));
    const value = result && (await loadIfThere(services.blobs, result));
    return run && value !== undefined ? new Answered(value, run.job_id) : undefined;
  } catch (error) {
    services.log.warn("the cache of results could not be read: the job is executed", traceOf(error));
    return undefined;
  }
}

/** The run whose result is used for a key, as far as is known without its job. */
export async function usableRun(
  { resultCache }: { resultCache: Pick<ResultCache, "find"> },
  key: CacheKey,
  now: number,
): Promise<CachedRun | undefined> {
  const cached = await resultCache.find(key);
  return isUsable(cached, now) ? cached.run : undefined;
}

/** The stored result of a run: with its job, or in the archive if a recurring job has gone on. Undefined once the job is deleted. */
async function resultOf({ jobs }: Pick<Services, "jobs">, run: CachedRun): Promise<Stored | undefined> {
  const job = await jobs.get(run.job_id);
  if (job?.created_at !== run.created_at) return undefined;
  if (job.run === run.run) return job.status === "completed" ? job.result : undefined;
  const { runs } = await jobs.runs(run.job_id, { limit: 1, order: "asc" }, run.run - 1);
  const [archived] = runs;
  const isIt = archived?.run === run.run && archived.created_at === run.created_at && archived.status === "completed";
  return isIt ? archived.result : undefined;
}
