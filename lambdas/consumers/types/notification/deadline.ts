import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";

/**
 * Runs `work` with a signal that aborts a little before the attempt's own. At the attempt's timeout the engine records its own
 * error and discards the executor's progress, so channels have to end before it to leave their progress to the retry.
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
