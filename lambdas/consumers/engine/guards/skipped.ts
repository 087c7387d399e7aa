import { calendarsOf } from "../../../core/catalog/calendars.ts";
import { skipReason } from "../../../core/job/series.ts";
import { cancelled } from "../../../core/job/transitions.ts";
import type { Guard } from "../context.ts";

/** Behind what supersedes a run: that one was started, or its end is under way, and a run that is skipped was not. */
export const skipped: Guard = ({ services: { clock, catalog }, job }) => {
  const reason = skipReason(job, clock.now(), calendarsOf(catalog, job.product));
  return reason === undefined ? undefined : (of) => cancelled(of, clock.now(), reason);
};
