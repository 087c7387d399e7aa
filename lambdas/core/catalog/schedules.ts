import type { Job, Repeat } from "../job/job.ts";
import { fingerprint, scheduleJobId } from "../job/job-id.ts";
import { ownValue } from "./catalog.ts";
import type { CatalogSchedule, Product } from "./job-type.ts";

/** Schedules of a product. */
export const mostSchedules = 100;

/** A recurring job that the catalog asks for. */
export interface WantedSeries {
  product: string;
  env: string;
  name: string;
  job_id: string;
  /** A hash of the request, and of what the catalog adds to its job. */
  fingerprint: string;
  /** The request for the job. */
  body: Record<string, unknown> & { repeat: Record<string, unknown> };
}

/** The fields of `repeat` that a schedule may have. It ends when it leaves the catalog, so it has no limit and no end date. */
const seriesFields = ["cron", "every", "tz", "overlap", "missed", "max_lateness_ms", "spread_ms", "except"] as const;
const isOfSeries = (field: string): boolean => (seriesFields as readonly string[]).includes(field);

/** The request that a schedule makes in one of its envs. */
export function scheduleBodyOf(product: string, env: string, schedule: CatalogSchedule): WantedSeries["body"] {
  const { description: _description, env: _envs, ...fields } = schedule;
  const entries = Object.entries(fields);
  return {
    ...Object.fromEntries(entries.filter(([field]) => !isOfSeries(field))),
    product_tag: product,
    env,
    repeat: Object.fromEntries(entries.filter(([field]) => isOfSeries(field))),
  };
}

export const scheduleEnvs = ({ env }: CatalogSchedule): readonly string[] => (typeof env === "string" ? [env] : env);

/**
 * What the job of a request is made from besides the request: its event, and what the keys of limits, turns and shared jobs are. A
 * name in Ductape's spelling may stand for any event.
 */
function addedBy({ jobs, limits = {}, variables = {}, constants }: Product, env: string, name: string): unknown {
  const { description: _description, ...event } = ownValue<object & { description?: unknown }>(jobs, name) ?? jobs;
  const keys = Object.entries(limits).map(([limit, { key }]) => [limit, key]);
  return { event, keys, variables: ownValue(variables, env), constants };
}

/** The recurring jobs that the catalog asks for, one per schedule and env. */
export const wantedOf = (products: readonly Product[]): WantedSeries[] =>
  products.flatMap((product) =>
    Object.entries(product.schedules ?? {}).flatMap(([name, schedule]) =>
      scheduleEnvs(schedule).map((env) => {
        const { tag } = product;
        const body = scheduleBodyOf(tag, env, schedule);
        const hash = fingerprint([body, addedBy(product, env, schedule.event)]);
        return { product: tag, env, name, job_id: scheduleJobId(tag, env, name), fingerprint: hash, body };
      }),
    ),
  );

/** A hash of all schedules: an environment variable of the reconciler, so that `cdk diff` shows that they have changed. */
export const schedulesHash = (products: readonly Product[]): string =>
  fingerprint(wantedOf(products).map(({ job_id, fingerprint }) => [job_id, fingerprint]));

/** In place of a hash: the schedules are left alone. */
export const schedulesOff = "off";
/** In place of a hash: the schedules of the running code are followed, whenever that changes. */
export const schedulesOfCode = "code";

/** How a job differs from its schedule in the catalog. */
export const drifts = ["removed", "outdated", "ended", "paused", "rescheduled"] as const;
export type Drift = (typeof drifts)[number];

/**
 * How a job differs from its schedule: the catalog has lost it (`removed`) or changed it or its event (`outdated`), and the reconciler
 * has not followed yet; or a caller has ended, paused or rescheduled the job. A run that was moved or skipped is no drift.
 */
export function driftOf(job: Job, wanted: WantedSeries | undefined): Drift[] {
  if (!wanted) return job.status === "cancelled" ? [] : ["removed"];
  const has: Record<Drift, boolean> = {
    removed: false,
    outdated: job.schedule?.fingerprint !== wanted.fingerprint,
    ended: job.finished_at !== undefined,
    paused: job.status === "paused" || job.pause_requested === true,
    rescheduled: job.schedule?.fingerprint === wanted.fingerprint && !isSameSeries(job.repeat, wanted.body.repeat),
  };
  return drifts.filter((drift) => has[drift]);
}

function isSameSeries(repeat: Repeat | undefined, wanted: WantedSeries["body"]["repeat"]): boolean {
  if (!repeat) return false;
  const { anchor: _anchor, offset_ms: _offset, ...series } = repeat;
  const { except, ...asked } = wanted;
  const days = Array.isArray(except) && except.length > 0 ? { except } : {};
  return fingerprint(series) === fingerprint({ overlap: "skip", ...asked, ...days });
}
