import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { World } from "./adversary.ts";
import type { Executions, Marked } from "./executions.ts";
import type { Invocation } from "./invocation.ts";
import { canary } from "./observer.ts";

/** Larger than what is kept inline. */
export const large = "x".repeat(5000);

export const retryAfterMs = (message = ""): number => Number(/retry after (\d+)/.exec(message)?.[1] ?? 0);

/** The executor of every type but features, in one invocation. Its duration and its outcome are random. */
export function executor(
  { random, time, hardship, limited }: World,
  executions: Executions,
  by: Invocation,
): ExecuteWithServices {
  const marked = (n: number, claim: string | undefined): Marked => ({
    n,
    claim,
    secret: canary,
    ...(random.chance(hardship.large) && { pad: large }),
  });
  return async ({ job, clock, signal, progress }) => {
    executions.started(job, by, { at: clock.now(), real: time.now() });
    executions.sees(job, progress);
    try {
      await clock.sleep(random.chance(hardship.overlong) ? 60_000 : random.int(1, 2000), signal);
      if (signal.aborted) {
        executions.ended(job, time.now());
        // Some clients ignore the signal: their result must not be used.
        if (random.chance(0.5)) throw signal.reason;
        await clock.sleep(random.int(1, 30_000));
      }
      if (job.gates && limited?.chance(0.1)) {
        throw new JobError("RATE_LIMITED", "slow down", { retryAfterMs: limited.pick([0, 3000, 30_000]) });
      }
      const fate = random.next();
      if (fate < 0.25) {
        const wait = random.chance(0.2) ? 1_000_000 : 0;
        const progress = random.chance(0.3) ? { progress: marked(job.attempt, job.claim_id) } : {};
        if (progress.progress && !signal.aborted) executions.leaves(job);
        throw new JobError("SERVICE_UNAVAILABLE", `busy, retry after ${wait}`, { retryAfterMs: wait, ...progress });
      }
      if (fate < 0.3) throw new JobError("NOT_FOUND", "permanent");
      if (fate < 0.32) throw new Error(`a bug that quotes ${canary}`);
      return marked(job.attempt, job.claim_id);
    } finally {
      executions.ended(job, time.now());
    }
  };
}
