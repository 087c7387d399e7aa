import type {
  Active,
  Costs,
  Explanation,
  Forecast,
  Home,
  Job,
  JobCost,
  JobExplanation,
  JobInputView,
  Migration,
  Stats,
  Upcoming,
} from "./answers.ts";
import type { BatchOutcome } from "./batch.ts";
import type { BulkResult } from "./bulk.ts";
import type { Catalog, JobInput, Known, TenantOf } from "./catalog.ts";
import type { JobOf } from "./catalog-results.ts";
import type { DuctapeStats, JobHistory } from "./history.ts";
import type { FoundPages, JobPages, RunPages, SeriesPages } from "./pages.ts";
import type {
  CostsQuery,
  FindQuery,
  ForecastQuery,
  JobFilter,
  JobQuery,
  Rescheduling,
  RunQuery,
  SeriesQuery,
  StatsQuery,
  UpcomingQuery,
} from "./query.ts";
import type { Time } from "./time.ts";

export interface CallOptions {
  /**
   * Aborts the request. The API may have carried it out.
   * @default none
   * @example `AbortSignal.timeout(5000)`
   */
  signal?: AbortSignal | undefined;
}

export interface InputOptions extends CallOptions {
  /**
   * `"request"`: spelled so that a request for another job with it means the same. A text of this job that looks like an expression has
   * another dollar.
   * @default the input as it is stored
   */
  as?: "request" | undefined;
}

export interface GetJobOptions extends CallOptions {
  /**
   * Seconds that the API waits for the job to finish before it answers, 1 to 25.
   * @default it answers at once
   * @example `25`
   */
  wait?: number | undefined;
}

export interface ChangeOptions extends CallOptions {
  /**
   * Changes nothing, and resolves with what the change would; rejects as it would.
   * @default `false`
   * @example `true`
   */
  dry_run?: boolean | undefined;
}

export interface CancelOptions extends ChangeOptions {
  /**
   * The reason, up to 200 characters. It is shown with the job.
   * @default `"cancelled by request"`
   * @example `"the order was returned"`
   */
  reason?: string | undefined;
}

export interface CancelJobOptions extends CancelOptions {
  /**
   * The run of a feature ends at once, and nothing more of it is undone.
   * @default `false`
   * @example `true`
   */
  force?: boolean | undefined;
}

export interface HistoryOptions extends CallOptions {
  /**
   * How many executions to answer, 1 to 1000.
   * @default `100`
   * @example `10`
   */
  limit?: number | undefined;
}

export interface RetryOptions extends ChangeOptions {
  /**
   * Milliseconds from now.
   * @default `0`
   * @example `60_000`
   */
  delay?: number | undefined;
  /**
   * The time itself, instead of `delay`.
   * @default now
   * @example `"2030-01-31T09:00:00+01:00"`
   */
  start_at?: Time | undefined;
  /**
   * Of a feature: it goes on with the definition of the present catalog, in place of the one that its run keeps, and so do the failed
   * features in it.
   * @default the definition with which the run began
   * @example `"current"`
   */
  definition?: "current" | undefined;
}

export interface MigrateOptions extends ChangeOptions {
  /** What the present catalog says of the feature. */
  to: "current";
}

/** Reads a job of any catalog. `Result` is what the caller expects; nothing checks it. */
export type GetAny = <Result = unknown>(id: string, options?: GetJobOptions) => Promise<Job & { result?: Result }>;

/** Reads a job of the catalog, whose `event` tells the type of its result. */
export type GetKnown<C extends Catalog> = (id: string, options?: GetJobOptions) => Promise<JobOf<C>>;

/**
 * Operations on existing jobs, and on requests for new ones. A change resolves with the changed job. It rejects with a
 * NotFoundError if there is no such job, and with a ConflictError (`jobStatus`) if the job's status forbids the change.
 */
export interface Jobs<C extends Catalog = Catalog> {
  /**
   * The current state of a job. Rejects with a NotFoundError if there is no such job. A client that knows its catalog types the
   * result by the job's `event`; any other takes its type from the caller, `get<ActionResult>(id)`.
   *
   * @example
   * const job = await ductape.jobs.get("job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e", { wait: 25 });
   */
  get: Known<C> extends true ? GetKnown<C> : GetAny;
  /**
   * The input of a job, for keys with `jobs:input` or `jobs:admin`, without the parts that its event hides.
   *
   * @example
   * const { input } = await ductape.jobs.input(job_id);
   */
  input(id: string, options?: InputOptions): Promise<JobInputView>;
  /**
   * Jobs by filter, the latest first: all of them with `for await`, the first page with `await`, or a page at a time with `page`.
   *
   * @example
   * for await (const job of ductape.jobs.list({ product_tag: "my-product", status: "failed" })) console.log(job.job_id);
   */
  list(query?: JobQuery<C>, options?: CallOptions): JobPages;
  /**
   * The jobs that a text names, by their id or a key of their requests, and those that have it as the value of a field by which the catalog
   * has them found, the latest first. The value stands in no address. Fields need `jobs:input`, unless they are public.
   *
   * @example
   * for await (const { job, fields } of ductape.jobs.find("A-17", { env: "prd" })) console.log(job.job_id, job.status, fields);
   */
  find(text: string | number | boolean, query?: FindQuery<C>, options?: CallOptions): FoundPages;
  /**
   * The runs of a job, the latest first: all of them with `for await`, the first page with `await`, or a page at a time with `page`.
   *
   * @example
   * for await (const run of ductape.jobs.runs(job_id)) console.log(run.run, run.status);
   */
  runs(id: string, query?: RunQuery, options?: CallOptions): RunPages;
  /**
   * The runs of a job that have completed or failed, in Ductape's shape; a one-time job has one. Reads up to 1,000 runs, a request
   * for each 100, because it counts them. `runs` shows the attempts too, and reads no more than you take.
   *
   * @example
   * const { executions } = await ductape.jobs.getHistory(job_id, { limit: 10 });
   */
  getHistory(id: string, options?: HistoryOptions): Promise<JobHistory>;
  /**
   * Recurring jobs with their last 30 and next 10 runs: those that run next first, then the paused ones. All of them with
   * `for await`, the first page with `await`, or a page at a time with `page`.
   *
   * @example
   * for await (const { event, next_runs } of ductape.jobs.series({ product_tag: "my-product" })) console.log(event, next_runs[0]);
   */
  series(query?: SeriesQuery<C>, options?: CallOptions): SeriesPages;
  /**
   * Cancels a job that has not finished. The outcome of a running attempt is discarded. A feature whose steps have an `undo` is
   * running, with `ending`, until they are undone. Safe to repeat: only a second call a minute later, or `force`, ends it at once.
   *
   * @example
   * await ductape.jobs.cancel(job_id, { reason: "the order was returned" });
   */
  cancel(id: string, options?: CancelJobOptions): Promise<Job>;
  /**
   * Pauses a recurring job until it is resumed. A run that has started continues to its end. Safe to repeat.
   *
   * @example
   * await ductape.jobs.pause(job_id);
   */
  pause(id: string, options?: ChangeOptions): Promise<Job>;
  /**
   * Resumes a paused job, with its next occurrence from now. Safe to repeat.
   *
   * @example
   * const { next_run_at } = await ductape.jobs.resume(job_id);
   */
  resume(id: string, options?: ChangeOptions): Promise<Job>;
  /**
   * Moves a job that has not started to another time, or gives a recurring job a new series.
   *
   * @example
   * await ductape.jobs.reschedule(job_id, { start_at: "2030-01-31T09:00:00+01:00" });
   */
  reschedule(id: string, to: Rescheduling, options?: ChangeOptions): Promise<Job>;
  /**
   * Retries a failed job, with all of its retries again.
   *
   * @example
   * await ductape.jobs.retry(job_id, { delay: 60_000 });
   */
  retry(id: string, options?: RetryOptions): Promise<Job>;
  /**
   * Lets the run of a feature go on by the present catalog, in place of the definition that it keeps. Resolves with what becomes of each
   * step. A run under way decides at once; one that has failed waits for its retry. Rejects with a ConflictError, whose
   * message names the steps, if one forbids it, and while a decision is under way. Safe to repeat.
   *
   * @example
   * const { steps } = await ductape.jobs.migrate(job_id, { to: "current", dry_run: true });
   */
  migrate(id: string, options: MigrateOptions): Promise<Migration>;
  /**
   * Runs a job that waits for its time now. The series of a recurring job continues as before.
   *
   * @example
   * await ductape.jobs.runNow(job_id);
   */
  runNow(id: string, options?: ChangeOptions): Promise<Job>;
  /**
   * Skips the next run of a series that waits for it: the occurrence after it takes its number. Rejects with a ConflictError where
   * the series would end. Each call skips one run.
   *
   * @example
   * const { next_run_at } = await ductape.jobs.skipNext(job_id);
   */
  skipNext(id: string, options?: ChangeOptions): Promise<Job>;
  /**
   * Deletes a finished job.
   *
   * @example
   * await ductape.jobs.delete(job_id);
   */
  delete(id: string, options?: ChangeOptions): Promise<void>;
  /**
   * Cancels every job that matches the filter and has not finished. Bulk changes need a key with `jobs:admin`.
   *
   * @example
   * const { succeeded, errors } = await ductape.jobs.cancelMany({ product_tag: "my-product", label: "order-12345" });
   */
  cancelMany(filter?: JobFilter<C>, options?: CancelOptions): Promise<BulkResult>;
  /**
   * Pauses every recurring job that matches the filter.
   * @example `await ductape.jobs.pauseMany({ product_tag: "my-product" })`
   */
  pauseMany(filter?: JobFilter<C>, options?: ChangeOptions): Promise<BulkResult>;
  /**
   * Resumes every paused job that matches the filter.
   * @example `await ductape.jobs.resumeMany({ product_tag: "my-product" })`
   */
  resumeMany(filter?: JobFilter<C>, options?: ChangeOptions): Promise<BulkResult>;
  /**
   * Retries every failed job that matches the filter.
   * @example `await ductape.jobs.retryMany({ product_tag: "my-product" })`
   */
  retryMany(filter?: JobFilter<C>, options?: ChangeOptions): Promise<BulkResult>;
  /**
   * Deletes every finished job that matches the filter.
   * @example `await ductape.jobs.deleteMany({ product_tag: "my-product" })`
   */
  deleteMany(filter?: JobFilter<C>, options?: ChangeOptions): Promise<BulkResult>;
  /**
   * Counts, rates and percentiles of a product in one environment, over whole hours.
   *
   * @example
   * const { success_rate, lateness_ms } = await ductape.jobs.stats({ product_tag: "my-product", env: "prd" });
   */
  stats(query?: StatsQuery<C>, options?: CallOptions): Promise<Stats>;
  /**
   * How many jobs are due in each of the next minutes.
   *
   * @example
   * const { minutes, total } = await ductape.jobs.upcoming({ product_tag: "my-product", env: "prd" });
   */
  upcoming(query?: UpcomingQuery<C>, options?: CallOptions): Promise<Upcoming>;
  /**
   * What is due in the next hours, by hour and event, with each run of a series; and for each limit how long its line gets, when that is
   * empty again, and the numbers at which nobody would wait.
   *
   * @example
   * const { hours, limits } = await ductape.jobs.forecast({ product_tag: "my-product", env: "prd" });
   */
  forecast(query?: ForecastQuery<C>, options?: CallOptions): Promise<Forecast>;
  /**
   * What a job has used so far, times list prices, with the steps of a feature; beside it what `explain` says of such a job. An estimate
   * from what is kept of the job.
   *
   * @example
   * const { usd, parts, estimated } = await ductape.jobs.cost("job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e");
   */
  cost(id: string, options?: CallOptions): Promise<JobCost>;
  /**
   * What the jobs of a product have used in a month or some other time, times list prices, by event or label. `is_complete` says whether all
   * of them were looked at, and `extrapolated_usd` what all have used if they are like those that were.
   *
   * @example
   * const { usd, rows } = await ductape.jobs.costs({ product_tag: "my-product", month: "2030-01", by: "label" });
   */
  costs(query?: CostsQuery<C>, options?: CallOptions): Promise<Costs>;
  /**
   * Which products and envs have had jobs lately. It costs much less than a list, for a caller that only wants to know whether there
   * is any job. Without a product and a default, all that the key has access to.
   *
   * @example
   * const { tenants } = await ductape.jobs.active();
   */
  active(query?: Partial<TenantOf<C>>, options?: CallOptions): Promise<Active>;
  /**
   * What needs attention in all that the key has access to, or in a product or env: late jobs, open incidents and pauses. It costs about
   * the same however many products there are.
   *
   * @example
   * const { tenants, incidents } = await ductape.jobs.home();
   */
  home(query?: Partial<TenantOf<C>>, options?: CallOptions): Promise<Home>;
  /**
   * `stats` with Ductape's names besides. What our statistics do not know is missing, such as `running`.
   *
   * @example
   * const { completed, failed } = await ductape.jobs.getStats({ product: "my-product", env: "prd" });
   */
  getStats(query?: StatsQuery<C>, options?: CallOptions): Promise<DuctapeStats>;
  /** Webhooks are part of the catalog: rejects, and says which lines to write there. */
  setWebhook(webhook?: object): Promise<never>;
  /**
   * Explains what a request would do: its next runs, its route, its retries and its cost. Nothing is created. Rejects with
   * an InvalidRequestError if `dispatch` would.
   *
   * @example
   * const { next_runs } = await ductape.jobs.explain({ ...data, repeat: { cron: "0 9 * * *", tz: "Europe/Berlin" } });
   */
  explain(data: JobInput<C>, options?: CallOptions): Promise<Explanation>;
  /**
   * Says what a job waits for: for a run of a feature, which signals it awaits until when, and which messages it has not taken.
   * Rejects with a NotFoundError if there is no such job.
   *
   * @example
   * const { says } = await ductape.jobs.why("job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e");
   */
  why(id: string, options?: CallOptions): Promise<JobExplanation>;
  /**
   * Schedules many jobs with few requests, and resolves with an outcome for each job, in the same order. Rejects only if
   * the first request fails, so that no job was accepted.
   *
   * @example
   * const outcomes = await ductape.jobs.batch(orders.map((order) => ({ ...data, input: { body: order } })));
   */
  batch(items: readonly JobInput<C>[], options?: CallOptions): Promise<BatchOutcome[]>;
}
