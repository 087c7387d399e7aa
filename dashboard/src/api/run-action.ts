import type { CancelJobOptions } from "../../../sdk/src/index.ts";
import type { ActionId } from "../job/actions.ts";
import { ductape } from "./client.ts";

/** Carries an action out on one job. `options` are for `cancel`. */
export async function runAction(id: ActionId, jobId: string, options: CancelJobOptions = {}): Promise<void> {
  const { jobs } = ductape();
  const changes: Record<ActionId, () => Promise<unknown>> = {
    "run-now": () => jobs.runNow(jobId),
    retry: () => jobs.retry(jobId),
    pause: () => jobs.pause(jobId),
    resume: () => jobs.resume(jobId),
    "skip-next": () => jobs.skipNext(jobId),
    cancel: () => jobs.cancel(jobId, options),
    delete: () => jobs.delete(jobId),
  };
  await changes[id]();
}
