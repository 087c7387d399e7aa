import { calendarsOf } from "../core/catalog/calendars.ts";
import type { Job } from "../core/job/job.ts";
import { comesOfAge, type RedispatchWindow } from "../core/job/redispatch.ts";
import { successorOf, withSuccessor } from "../core/job/series.ts";
import type { Services } from "../core/operations/services.ts";

/**
 * The next runs of jobs whose current ones they should have ended a while ago, with `overlap: cancel_previous`: their messages were
 * never sent, or were lost.
 */
export function overdueSuccessors(
  { catalog }: Pick<Services, "catalog">,
  jobs: readonly Job[],
  window: RedispatchWindow,
): Job[] {
  const some = jobs.filter(({ repeat, ending }) => repeat?.overlap === "cancel_previous" && !ending);
  return some.flatMap((job) => {
    const at = job.next_at ?? successorOf(job, window.until, calendarsOf(catalog, job.product));
    return at !== undefined && comesOfAge(at + window.graceMs, window) ? [withSuccessor(job, at)] : [];
  });
}
