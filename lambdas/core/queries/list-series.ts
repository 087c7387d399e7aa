import type { Tenant } from "../access/tenants.ts";
import { calendarsOf } from "../catalog/calendars.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { type Drift, driftOf, wantedOf } from "../catalog/schedules.ts";
import type { IndexPosition } from "../job/index-position.ts";
import { type Job, phaseOf } from "../job/job.ts";
import type { Pause } from "../job/pause.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { JobStatus } from "../kernel/job-status.ts";
import { type Listed, listJobs } from "../operations/list-jobs.ts";
import type { JobStore } from "../ports/job-store.ts";
import { type SeriesView, seriesView, shownRuns } from "./series-view.ts";

interface SeriesQuery {
  /** Absent: every series that has not ended. */
  status?: readonly JobStatus[] | undefined;
  /** At most 20: the runs of each series take a separate query. */
  limit: number;
  after?: IndexPosition | undefined;
}

export const seriesOfPage = 20;

const unfinished = ["scheduled", "queued", "running", "paused"] as const satisfies readonly JobStatus[];

/** A page of the series of these tenants, each with its last and its next runs. */
export async function listSeries(
  {
    jobs,
    catalog,
  }: { jobs: Pick<JobStore, "page" | "getMany" | "runs" | "shards">; catalog: Pick<Catalog, "products"> },
  tenants: readonly Tenant[],
  { status = unfinished, limit, after }: SeriesQuery,
  now: number,
  pauses: readonly Pause[] = [],
): Promise<{ series: SeriesView[] } & Omit<Listed, "jobs">> {
  // What runs next comes first, and paused series last. Where ended ones are among them, the order is turned, since those
  // have the earliest times of all.
  const order = status.every((one) => phaseOf(one) === "pending") ? "asc" : "desc";
  const query = { status, recurring: true, order, limit, ...defined({ after }) } as const;
  const listed = await listJobs(jobs, tenants, query, now);
  const series = await inParallel(seriesOfPage, listed.jobs, async (job) => {
    // As in the list of runs: only those before the current one were accepted.
    const { runs } = await jobs.runs(job.id, { limit: shownRuns.last, order: "desc" }, job.run);
    const calendars = calendarsOf(catalog, job.product);
    return seriesView(job, runs, now, { calendars, pauses, drift: driftsOf(catalog, job) });
  });
  const { jobs: _jobs, ...position } = listed;
  return { series, ...position };
}

/** How a series that belongs to a schedule of the catalog differs from it. */
function driftsOf({ products }: Pick<Catalog, "products">, job: Job): Drift[] {
  if (!job.schedule) return [];
  const ofProduct = products.filter(({ tag }) => tag === job.product);
  return driftOf(
    job,
    wantedOf(ofProduct).find(({ job_id }) => job_id === job.id),
  );
}
