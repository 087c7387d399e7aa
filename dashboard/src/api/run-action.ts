import type { ActionId } from "../job/actions.ts";
import { ductape } from "./client.ts";

/** Carries an action out on one job. `reason` is for `cancel`. */
export async function runAction(id: ActionId, jobId: string, reason?: string): Promise<void> {
  const { jobs } = ductape();
  const changes: Record<ActionId, () => Promise<unknown>> = {
    "run-now": () => jobs.runNow(jobId),
    retry: () => jobs.retry(jobId),
    pause: () => jobs.pause(jobId),
    resume: () => jobs.resume(jobId),
    "skip-next": () => jobs.skipNext(jobId),
    cancel: () => jobs.cancel(jobId, reason ? { reason } : {}),
    delete: () => jobs.delete(jobId),
  };
  await changes[id]();
}
