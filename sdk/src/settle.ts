import type { Job, JobReceipt } from "./answers.ts";
import type { Jobs } from "./jobs.ts";
import { openScope, type Runtime } from "./runtime.ts";
import type { Transport } from "./transport.ts";
import { type Waiting, waitUntilFinished } from "./wait.ts";

/** Waits until a job has finished. Undefined once the time is over. */
export type Settle = (
  accepted: Pick<JobReceipt, "job_id" | "status" | "scheduled_at">,
  options?: { timeout?: number | undefined; signal?: AbortSignal | undefined },
) => Promise<Job | undefined>;

/** How a job is looked up again and again. */
export const waitingFor =
  (transport: Transport, jobs: Pick<Jobs, "get">, runtime: Runtime) =>
  (jobId: string, signal: AbortSignal): Waiting<Job> => ({
    lookUp: (wait) => jobs.get(jobId, wait === undefined ? { signal } : { wait, signal }),
    longestWait: transport.waitWithin(Number.POSITIVE_INFINITY),
    now: runtime.now,
    apiNow: transport.now,
    sleep: (ms) => runtime.sleep(ms, signal),
  });

export const createSettle =
  (transport: Transport, jobs: Pick<Jobs, "get">, runtime: Runtime): Settle =>
  async (accepted, { timeout, signal } = {}) => {
    const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : runtime.now() + timeout;
    const scope = openScope(runtime, signal, undefined, () => new Error("there is no time-out"));
    try {
      return await waitUntilFinished(
        waitingFor(transport, jobs, runtime)(accepted.job_id, scope.signal),
        accepted,
        deadline,
      );
    } finally {
      scope.close();
    }
  };
