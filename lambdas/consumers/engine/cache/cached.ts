import type { Stored } from "../../../core/job/job.ts";
import { type CachedRun, type CacheKey, cacheKeyOf } from "../../../core/job/result-cache.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { Answered, type Execution } from "../../../core/operations/execution.ts";
import { loadIfThere } from "../../../core/operations/payload.ts";
import type { ConsumerServices, Services } from "../../../core/operations/services.ts";
import { usableRun } from "../../../core/operations/usable-run.ts";
import type { Around } from "../context.ts";

/**
 * Behind the expressions, whose values are a part of the key, and before the targets: a job that an earlier run answers calls none, and is
 * in the record of none.
 */
export const cached: Around = (execute, running) => {
  const { services, job } = running;
  const tag = job.cache;
  if (tag === undefined) return execute;
  return async (execution, within) => {
    const key = cacheKeyOf(job, tag, execution.input);
    running.cached = { key, ttl: execution.event.cache_ttl };
    const answer = await rememberedResult(services, key, execution);
    if (answer) return answer;
    // The answer may come after the timeout, when the next attempt is already under way.
    execution.signal.throwIfAborted();
    return execute(execution, within);
  };
};

/** The answer of an earlier run. A feature that has begun goes on. What cannot be read answers nothing, and the job is executed. */
async function rememberedResult(services: ConsumerServices, key: CacheKey, { progress, job }: Execution) {
  if (progress !== undefined || job.parked_since !== undefined) return undefined;
  try {
    const run = await usableRun(services, key, services.clock.now());
    const result = run && (await storedResultOf(services, run));
    const value = result && (await loadIfThere(services.blobs, result));
    return run && value !== undefined ? new Answered(value, run.job_id) : undefined;
  } catch (error) {
    services.log.warn("the cache of results could not be read: the job is executed", traceOf(error));
    return undefined;
  }
}

/** The stored result of a run: with its job, or in the archive if a recurring job has gone on. Undefined once the job is deleted. */
async function storedResultOf({ jobs }: Pick<Services, "jobs">, run: CachedRun): Promise<Stored | undefined> {
  const job = await jobs.get(run.job_id);
  if (job?.created_at !== run.created_at) return undefined;
  if (job.run === run.run) return job.status === "completed" ? job.result : undefined;
  const { runs } = await jobs.runs(run.job_id, { limit: 1, order: "asc" }, run.run - 1);
  const [archived] = runs;
  const isIt = archived?.run === run.run && archived.created_at === run.created_at && archived.status === "completed";
  return isIt ? archived.result : undefined;
}
