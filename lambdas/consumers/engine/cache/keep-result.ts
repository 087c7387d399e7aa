import { cachedRun } from "../../../core/job/result-cache.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import type { FollowUp } from "../context.ts";

/** Behind the record, which decides that the run has completed. Never throws: other jobs execute then. */
export const rememberResult: FollowUp = async ({ services, cached }, { ended }) => {
  const run = cached && cachedRun(ended, cached.ttl);
  if (!cached || !run) return;
  await services.resultCache.keep(cached.key, run).catch((error: unknown) => {
    services.log.warn("a result was not kept for others", traceOf(error));
  });
};
