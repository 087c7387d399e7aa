import type {
  Active,
  Costs,
  Explanation,
  Forecast,
  FoundJob,
  FoundPage,
  Home,
  Job,
  JobCost,
  JobExplanation,
  JobInputView,
  JobPage,
  JobRun,
  JobSummary,
  Migration,
  RunPage,
  Series,
  SeriesPage,
  Stats,
  Upcoming,
} from "./answers.ts";
import { sendBatch } from "./batch.ts";
import { bodyOf } from "./body.ts";
import { type BulkAction, changeMany } from "./bulk.ts";
import { type Defaults, inOurWords, requireTenant, withDefaults } from "./defaults.ts";
import { InvalidRequestError, NotFoundError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import { ductapeStatsOf, historyOf } from "./history.ts";
import { withNames } from "./job-names.ts";
import type { CallOptions, CancelOptions, ChangeOptions, GetJobOptions, Jobs } from "./jobs.ts";
import { pagesOf } from "./pages.ts";
import { type JobFilter, type JobQuery, queryString, type StatsQuery } from "./query.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

function pathOf(id: string, call: string, rest = ""): string {
  if (typeof id === "string" && id !== "") return `/v1/jobs/${encodeURIComponent(id)}${rest}`;
  throw new InvalidRequestError("INVALID_REQUEST", `jobs.${call} needs the id of a job.`, []);
}

/** The largest offset: skipping reads what it skips, 100 jobs a request. */
const largestOffset = 10_000;

/** The most series of a page. */
const mostSeries = 20;

function listingOf(query: JobQuery, defaults: Defaults) {
  const { offset = 0, ...rest } = inOurWords(query, defaults);
  if (Number.isInteger(offset) && offset >= 0 && offset <= largestOffset) return { query: rest, offset };
  const detail = `must be a whole number from 0 to ${largestOffset}. Beyond, go on by cursor, or narrow the list by from and to`;
  throw new InvalidRequestError("INVALID_REQUEST", "The call is not valid.", [{ pointer: "/offset", detail }]);
}

const noWebhook =
  'Webhooks are in the catalog, in products/<tag>.ts, for the events and envs that you name: webhooks: { mine: { events: ["completed", "failed"], envs: { prd: { url: "https://...", secret: secret("my-product/webhook#secret") } } } }. Deploy it once; docs/events.md says what is sent.';

export function createJobs(transport: Transport, defaults: () => Defaults): Jobs {
  const ask = (
    id: string,
    verb: string,
    body: object | undefined,
    { signal, dry_run, repeatable }: ChangeOptions & { repeatable: boolean },
  ) => {
    const path = pathOf(id, verb, `/${verb}${queryString({ dry_run })}`);
    const sent = { ...(body && { body: written(body) }), signal, repeatable: repeatable || dry_run === true };
    return transport.call({ method: "POST", path, jobId: id, ...sent });
  };
  const change = async (...given: Parameters<typeof ask>): Promise<Job> =>
    withNames(expectFields<Job>(await ask(...given), "job_id", "status"));
  const many =
    (action: BulkAction) =>
    async (filter: JobFilter = {}, options: CancelOptions = {}) => {
      const whole = inOurWords(filter, defaults());
      requireTenant(`jobs.${action}Many`, whole, ["product_tag"]);
      return changeMany(transport, action, whole, options);
    };
  const runs: Jobs["runs"] = (id, query = {}, { signal } = {}) =>
    pagesOf<JobRun, RunPage>(transport, "runs", () => ({
      path: pathOf(id, "runs", "/runs"),
      query,
      signal,
      jobId: id,
    }));
  const stats = async (query: StatsQuery = {}, { signal }: CallOptions = {}): Promise<Stats> => {
    const whole = inOurWords(query, defaults());
    requireTenant("jobs.stats", whole, ["product_tag", "env"]);
    const path = `/v1/stats${queryString(whole)}`;
    return expectFields<Stats>(await transport.call({ method: "GET", path, signal }), "counts");
  };

  return {
    async get<Result>(id: string, { wait, signal }: GetJobOptions = {}) {
      // Limited to what one request may take, since a longer wait would time out.
      const asked = wait === undefined ? {} : { wait: Math.min(wait, transport.waitWithin(wait * 1000 + 1000)) };
      const path = pathOf(id, "get", queryString(asked));
      const answer = await transport.call({ method: "GET", path, signal, jobId: id });
      return withNames(expectFields<Job & { result?: Result }>(answer, "job_id", "status"));
    },
    input: async (id, { as, signal } = {}) => {
      const path = pathOf(id, "input", `/input${queryString(as === undefined ? {} : { as })}`);
      return expectFields<JobInputView>(await transport.call({ method: "GET", path, signal, jobId: id }), "job_id");
    },
    list: (query = {}, { signal } = {}) =>
      pagesOf<JobSummary, JobPage>(transport, "jobs", () => ({
        path: "/v1/jobs",
        ...listingOf(query, defaults()),
        signal,
        shown: withNames,
      })),
    find: (text, query = {}, { signal } = {}) =>
      pagesOf<FoundJob, FoundPage>(transport, "found", () => ({
        path: "/v1/find",
        query: { ...inOurWords(query, defaults()), q: String(text) },
        inBody: true,
        signal,
        shown: ({ job, ...by }) => ({ ...by, job: withNames(job) }),
      })),
    runs,
    series: (query = {}, { signal } = {}) =>
      pagesOf<Series, SeriesPage>(transport, "series", () => ({
        path: "/v1/series",
        query: inOurWords(query, defaults()),
        signal,
        most: mostSeries,
        shown: withNames,
      })),
    getHistory: async (id, { limit, signal } = {}) => historyOf(id, runs(id, {}, { signal }), limit),
    cancel: (id, { reason, force, ...options } = {}) => {
      const body = reason === undefined && force === undefined ? undefined : { reason, force };
      return change(id, "cancel", body, { ...options, repeatable: true });
    },
    pause: (id, options) => change(id, "pause", undefined, { ...options, repeatable: true }),
    resume: (id, options) => change(id, "resume", undefined, { ...options, repeatable: true }),
    // These are not repeatable: the job may have started in the meantime, and doing it twice differs from doing it once.
    reschedule: (id, to, options) => change(id, "reschedule", to, { ...options, repeatable: false }),
    retry: (id, { delay, start_at, definition, ...options } = {}) =>
      change(id, "retry", { delay_ms: delay, start_at, definition }, { ...options, repeatable: false }),
    migrate: async (id, { to, ...options }) => {
      const answer = await ask(id, "migrate", { to }, { ...options, repeatable: true });
      return expectFields<Migration>(answer, "job_id", "steps");
    },
    runNow: (id, options) => change(id, "run-now", undefined, { ...options, repeatable: false }),
    skipNext: (id, options) => change(id, "skip-next", undefined, { ...options, repeatable: false }),
    async delete(id, { signal, dry_run } = {}) {
      let times = 0;
      const onSend = () => {
        times++;
      };
      try {
        const path = pathOf(id, "delete", queryString({ dry_run }));
        await transport.call({ method: "DELETE", path, signal, jobId: id, onSend });
      } catch (error) {
        // After more than one try, a 404 may mean that an earlier one deleted the job and its answer was lost.
        if (!(error instanceof NotFoundError && times > 1)) throw error;
      }
    },
    cancelMany: many("cancel"),
    pauseMany: many("pause"),
    resumeMany: many("resume"),
    retryMany: many("retry"),
    deleteMany: many("delete"),
    stats,
    async upcoming(query = {}, { signal } = {}) {
      const path = `/v1/stats/upcoming${queryString(inOurWords(query, defaults()))}`;
      return expectFields<Upcoming>(await transport.call({ method: "GET", path, signal }), "minutes", "total");
    },
    async forecast(query = {}, { signal } = {}) {
      const path = `/v1/forecast${queryString(inOurWords(query, defaults()))}`;
      return expectFields<Forecast>(await transport.call({ method: "GET", path, signal }), "hours", "limits");
    },
    async cost(id, { signal } = {}) {
      const path = pathOf(id, "cost", "/cost");
      return expectFields<JobCost>(await transport.call({ method: "GET", path, signal }), "usd", "parts");
    },
    async costs(query = {}, { signal } = {}) {
      const whole = inOurWords(query, defaults());
      requireTenant("jobs.costs", whole, ["product_tag"]);
      const path = `/v1/costs${queryString(whole)}`;
      return expectFields<Costs>(await transport.call({ method: "GET", path, signal }), "usd", "rows");
    },
    async active(query = {}, { signal } = {}) {
      const path = `/v1/stats/active${queryString(inOurWords(query, defaults()))}`;
      return expectFields<Active>(await transport.call({ method: "GET", path, signal }), "tenants");
    },
    async home(query = {}, { signal } = {}) {
      const path = `/v1/home${queryString(inOurWords(query, defaults()))}`;
      return expectFields<Home>(await transport.call({ method: "GET", path, signal }), "tenants", "incidents");
    },
    getStats: async (query, options) => ductapeStatsOf(await stats(query, options)),
    setWebhook: () => Promise.reject(new InvalidRequestError("INVALID_REQUEST", noWebhook, [])),
    async explain(data, { signal } = {}) {
      const call = {
        method: "POST" as const,
        path: "/v1/explain",
        body: bodyOf(withDefaults(data, defaults())),
        signal,
      };
      return expectFields<Explanation>(await transport.call(call), "valid", "next_runs");
    },
    async why(id, { signal } = {}) {
      const path = pathOf(id, "why", "/explain");
      return expectFields<JobExplanation>(await transport.call({ method: "GET", path, jobId: id, signal }), "says");
    },
    async batch(items, { signal } = {}) {
      const found = defaults();
      return sendBatch(
        transport,
        items.map((item) => withDefaults(item, found)),
        signal,
      );
    },
  };
}
