import { JobError } from "../../core/job/job-error.ts";
import type { Execution } from "../../core/operations/execution.ts";

/** How long an execution has. */
export type Timed = Pick<Execution, "clock" | "signal" | "deadline">;

/**
 * Runs `work` with a signal that aborts a little before the execution's own. At its deadline the engine records its own
 * error and discards the executor's, so code that has something to say of what was done has to say it before.
 */
export async function withDeadline<T>(execution: Timed, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, signal, deadline: end } = execution;
  const deadline = new AbortController();
  const ended = new AbortController();
  const left = Math.max(0, end - clock.now());
  void clock.sleep(left - Math.min(1000, left / 10), ended.signal).then(() => {
    if (ended.signal.aborted) return;
    deadline.abort(new JobError("TIMEOUT", "It took longer than the time that the job, or its group, allows."));
  });
  try {
    return await run(AbortSignal.any([signal, deadline.signal]));
  } finally {
    ended.abort();
  }
}
