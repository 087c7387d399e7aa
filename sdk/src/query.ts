import type { JobStatus } from "./answers.ts";
import type { Catalog, ProductScope, SearchName, TenantOf } from "./catalog.ts";
import type { DuctapeRescheduling } from "./ductape-input.ts";
import type { typeOfNamespace } from "./job-names.ts";
import type { JobFields, Repeat } from "./requests.ts";
import type { Time } from "./time.ts";

interface Filter extends JobFields {
  /**
   * The type by Ductape's name of it.
   * @default any
   * @example `"notifications"`
   */
  namespace?: keyof typeof typeOfNamespace | undefined;
}

/** Selects the jobs of a bulk change. It needs a product, by its name or by the client's default. */
export type JobFilter<C extends Catalog = Catalog> = Filter & ProductScope<C>;

/** Values by which jobs are found, by the names that the catalog has for them. */
export type SearchValues<C extends Catalog = Catalog> = { [Name in SearchName<C>]?: string | number | boolean };

/** Selects the jobs of a list. Without a product and a default, those of all products that the key has access to. */
export type JobQuery<C extends Catalog = Catalog> = Filter & {
  /**
   * Values by which the catalog has jobs found, all of which a job has. They stand in the address: `find` sends them in a body.
   * @default any
   * @example `{ order: "A-17" }`
   */
  where?: SearchValues<C> | undefined;
  /**
   * Only with `where`: jobs that were made from this time on.
   * @default any time
   * @example `"2030-01-31T00:00:00Z"`
   */
  created_from?: Time | undefined;
  /**
   * Only with `where`: jobs that were made before this time.
   * @default any time
   * @example `"2030-02-01T00:00:00Z"`
   */
  created_to?: Time | undefined;
  /**
   * `"desc"` is the latest first, `"asc"` the oldest.
   * @default `"desc"`
   */
  order?: "asc" | "desc" | undefined;
  /**
   * How many jobs a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
  /**
   * How many jobs to skip, at most 10,000. They are read in order to be skipped, a request for each 100: a cursor
   * (`page(next_cursor)`) goes on for nothing.
   * @default `0`
   * @example `100`
   */
  offset?: number | undefined;
} & (ProductScope<C> | { product_tag?: undefined; env?: ProductScope<C>["env"]; event?: ProductScope<C>["event"] });

/** Narrows a search. Without a product and a default, in all products that the key has access to. */
export type FindQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * Only by values of this field, as the catalog names it in the `search` of events.
   * @default by ids, keys and all fields that the key may search by
   * @example `"order"`
   */
  field?: SearchName<C> | undefined;
  /**
   * Only jobs that have failed, the latest failure first.
   * @default all jobs, the latest made first
   */
  status?: "failed" | undefined;
  /**
   * Jobs that were made, or with `status` have failed, from this time on.
   * @default any time
   * @example `"2030-01-31T00:00:00Z"`
   */
  from?: Time | undefined;
  /**
   * Jobs that were made, or with `status` have failed, before this time.
   * @default any time
   * @example `"2030-02-01T00:00:00Z"`
   */
  to?: Time | undefined;
  /**
   * How many jobs a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

export interface RunQuery {
  /**
   * How many runs a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
}

/** Selects series. Without a product and a default, those of all products that the key has access to. */
export type SeriesQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * One status or more.
   * @default every status but the final ones
   * @example `"paused"`
   */
  status?: JobStatus | JobStatus[] | undefined;
  /**
   * How many series a page has, 1 to 20.
   * @default `20`
   * @example `10`
   */
  limit?: number | undefined;
};

/** Selects the jobs of statistics: the product, the environment and the time. */
export type StatsQuery<C extends Catalog = Catalog> = TenantOf<C> & {
  /**
   * An event that has `trends` in the catalog, to count its runs only.
   * @default all events
   * @example `"create_order"`
   */
  event?: string | undefined;
  /**
   * @default 24 hours before `to`
   * @example `"2030-01-01T00:00:00Z"`
   */
  from?: Time | undefined;
  /**
   * At most 31 days after `from`.
   * @default now
   * @example `"2030-01-31T00:00:00Z"`
   */
  to?: Time | undefined;
  /**
   * Cuts the window into `parts` of so many hours, 1 to 744, for a chart.
   * @default none
   * @example `6`
   */
  part_hours?: number | undefined;
};

/** Selects the jobs that are counted ahead of now. Without a product and a default, those of all that the key has access to. */
export type UpcomingQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * How many minutes to count, with the current one, 1 to 1440.
   * @default `60`
   * @example `15`
   */
  minutes?: number | undefined;
};

/** Selects what is forecast. Without a product and a default, all that the key has access to, if those are at most 20 products and envs. */
export type ForecastQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * How many hours to look ahead, with the current one, 1 to 168.
   * @default `24`
   * @example `12`
   */
  hours?: number | undefined;
  /**
   * Only the lines of the limit of this name.
   * @default the lines of all limits
   * @example `"per-customer"`
   */
  limit?: string | undefined;
};

/** Selects the runs whose cost is added up. Without an env and a default, those of all envs that the key has access to. */
export type CostsQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * A month of UTC, `YYYY-MM`, in place of `from` and `to`.
   * @default the current month
   * @example `"2030-01"`
   */
  month?: string | undefined;
  /**
   * When a run ended, at the earliest.
   * @default the start of the month
   * @example `"2030-01-01T00:00:00Z"`
   */
  from?: Time | undefined;
  /**
   * Before which it ended, at most 31 days after `from`.
   * @default now
   * @example `"2030-01-31T00:00:00Z"`
   */
  to?: Time | undefined;
  /**
   * What the rows are of.
   * @default `"event"`
   * @example `"label"`
   */
  by?: "event" | "label" | undefined;
};

/** The new time or series of a job, at least one of them. A series may also be written flat, as in Ductape: `{ cron, tz }`. */
export interface Rescheduling extends DuctapeRescheduling {
  /**
   * The new start time of the job, or with `repeat` that of the new series.
   * @default now, with `repeat`
   * @example `"2030-01-31T09:00:00+01:00"`
   */
  start_at?: Time | undefined;
  /**
   * The new series of a recurring job.
   * @default its series stays the same
   * @example `{ every: 3_600_000 }`
   */
  repeat?: Repeat | undefined;
}

/** The query string of the fields that have a value: `?a=1&b=x,y`, and of an object `c[d]=2`. */
export function queryString(fields: object): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: unknown) => {
    if (value !== undefined) parameters.set(name, String(value));
  };
  for (const [name, value] of Object.entries(fields)) {
    if (name === "where" && typeof value === "object" && value !== null)
      for (const [field, one] of Object.entries(value)) set(`where[${field}]`, one);
    else set(name, value);
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
