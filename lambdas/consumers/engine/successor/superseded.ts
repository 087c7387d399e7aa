import { calendarsOf } from "../../../core/catalog/calendars.ts";
import { supersededRun as endedByNext, supersededBy } from "../../../core/job/series.ts";
import type { Guard } from "../context.ts";

/** Behind the end of the whole job, and before all else that ends its run: the next run is due, and takes its place. */
export const superseded: Guard = ({ services: { clock, catalog }, job }) => {
  const next = supersededBy(job, clock.now(), calendarsOf(catalog, job.product));
  return next === undefined ? undefined : (of) => endedByNext(of, clock.now(), next);
};
