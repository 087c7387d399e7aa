import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";

/**
 * Runs with a signal that aborts a little before the attempt's own. At the attempt's timeout the engine takes its
 * own error and drops what the executor knows; channels that end before it leave their progress to the retry.
 */
export async function withDeadline<T>(execution: Execution, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { job, clock, signal } = execution;
  const deadline = new AbortController();
  const ended = new AbortController();
  const margin = Math.min(1000, job.timeout_ms / 10);
  const end = (job.started_at ?? clock.now()) + job.timeout_ms - margin;
  void clock.sleep(Math.max(0, end - clock.now()), ended.signal).then(() => {
    if (ended.signal.aborted) return;
    const message = `It took longer than the job's timeout of ${job.timeout_ms} ms allows.`;
    deadline.abort(new JobError("TIMEOUT", message));
  });
  try {
    return await run(AbortSignal.any([signal, deadline.signal]));
  } finally {
    ended.abort();
  }
}
