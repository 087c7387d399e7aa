import { calendarsOf } from "../core/catalog/calendars.ts";
import type { Job } from "../core/job/job.ts";
import { comesOfAge, type RedispatchWindow } from "../core/job/redispatch.ts";
import { successorOf, withSuccessor } from "../core/job/series.ts";
import type { Services } from "../core/operations/services.ts";

/**
 * The next run of a job whose current one it should have ended a while ago, with `overlap: cancel_previous`: its message was never
 * sent, or was lost.
 */
export function overdueSuccessor({ catalog }: Pick<Services, "catalog">, job: Job, window: RedispatchWindow): Job[] {
  const at = job.next_at ?? successorOf(job, window.until, calendarsOf(catalog, job.product));
  return at !== undefined && comesOfAge(at + window.graceMs, window) ? [withSuccessor(job, at)] : [];
}
