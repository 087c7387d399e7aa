import { calendarsOf } from "../../../core/catalog/calendars.ts";
import type { Job } from "../../../core/job/job.ts";
import { successorOf, withSuccessor } from "../../../core/job/series.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { dispatch } from "../../../core/operations/dispatch.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { Around } from "../context.ts";

/**
 * Behind what the job needs, since a job whose input cannot be read comes again and again. Nothing waits for it, least of all the
 * outcome: once the run has ended, the same message is sent as that of the next run.
 */
export const sendAhead: Around = (execute) => (execution, services) => {
  void sendSuccessor(services, execution.job);
  return execute(execution, services);
};

/**
 * With `overlap: cancel_previous` a run that starts sends the message of the next one ahead, which otherwise nobody would
 * notice to be due while this one still runs. If the message is lost, the reconciler sends another once the current attempt is due. Never
 * throws.
 */
async function sendSuccessor(services: ConsumerServices, job: Job): Promise<void> {
  // A job that is parked, or was put off by its provider, has sent it when it started.
  if (job.parked_since !== undefined || job.snoozes !== undefined) return;
  try {
    const at = successorOf(job, services.clock.now(), calendarsOf(services.catalog, job.product));
    if (at === undefined) return;
    await dispatch(services, withSuccessor(job, at));
  } catch (error) {
    services.log.warn("the message of the next run was not sent; the reconciler sends it", traceOf(error));
  }
}
