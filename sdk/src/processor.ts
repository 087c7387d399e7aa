import type { Job, JobReceipt } from "./answers.ts";
import { bodyOf } from "./body.ts";
import type { Catalog, JobInput, Known } from "./catalog.ts";
import type { ResultOf } from "./catalog-results.ts";
import { type Defaults, withDefaults } from "./defaults.ts";
import { DuctapeError, InvalidRequestError, JobCancelledError, JobFailedError, TimeoutError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import { isFinished } from "./is-finished.ts";
import { withNames } from "./job-names.ts";
import type { Jobs } from "./jobs.ts";
import type { IJobProcessorInput } from "./requests.ts";
import { openScope, type Runtime } from "./runtime.ts";
import { waitingFor } from "./settle.ts";
import type { Transport } from "./transport.ts";
import { waitUntilFinished } from "./wait.ts";

export interface ScheduleOptions {
  /**
   * Milliseconds to wait for the result. After that the call rejects with a TimeoutError, and the job continues.
   * @default no limit
   * @example `60_000`
   */
  timeout?: number | undefined;
  /**
   * Stops waiting: the call rejects with the signal's reason, and the job continues.
   * @default none
   * @example `request.signal`
   */
  signal?: AbortSignal | undefined;
}

export interface DispatchOptions {
  /**
   * Aborts the request. The API may have accepted the job.
   * @default none
   * @example `AbortSignal.timeout(5000)`
   */
  signal?: AbortSignal | undefined;
}

/** Schedules an event of any catalog. `Result` is what the caller expects; nothing checks it. */
export type ScheduleAny = <Result = unknown>(data: IJobProcessorInput, options?: ScheduleOptions) => Promise<Result>;

/** Schedules an event of the catalog, and resolves with the result of its type. */
export type ScheduleKnown<C extends Catalog> = <const Tag extends string, const Event extends string>(
  data: JobInput<C> & { product_tag: Tag; event: Event },
  options?: ScheduleOptions,
) => Promise<ResultOf<C, Tag, Event>>;

/** Schedules jobs. */
export interface JobProcessor<C extends Catalog = Catalog> {
  /**
   * Schedules a job, waits until it has run, and resolves with its result. Its shape depends on the event: a client that knows its
   * catalog types it, and any other takes the type from its caller, `schedule<ActionResult>(data)`. A job that recurs has run when
   * its series has ended; its result is that of the last run. Rejects with a JobFailedError
   * or a JobCancelledError if there is no result, and with another DuctapeError if the job was not accepted or its state cannot be
   * read. If a job exists then, the error has its `jobId`.
   *
   * @example
   * const result = await ductape.processor.job.schedule({
   *   env: "prd", product_tag: "my-product", event: "create_order",
   *   input: { params: { customer: "c-42" }, body: { sku: "A-1" } }, start_at: 0,
   * });
   */
  schedule: Known<C> extends true ? ScheduleKnown<C> : ScheduleAny;
  /**
   * Schedules a job and resolves with its receipt as soon as it is accepted: from then on it is not lost.
   *
   * @example
   * const { job_id } = await ductape.processor.job.dispatch({ ...data, start_at: "2030-01-31T09:00:00Z" });
   */
  dispatch(data: JobInput<C>, options?: DispatchOptions): Promise<JobReceipt>;
}

export function createJobProcessor(
  transport: Transport,
  jobs: Jobs,
  runtime: Runtime,
  defaults: () => Defaults,
): JobProcessor {
  const post = async (data: IJobProcessorInput, key: string, headers: Record<string, string>, signal?: AbortSignal) => {
    // The caller's own key is sent in the body, since a header cannot contain every character.
    const keyHeader = data.idempotency_key === undefined ? { "idempotency-key": key } : undefined;
    const call = { method: "POST" as const, path: "/v1/jobs", body: bodyOf(withDefaults(data, defaults())), signal };
    return expectFields<JobReceipt | Job>(
      await transport.call({ ...call, headers: { ...keyHeader, ...headers } }),
      "job_id",
      "status",
    );
  };

  const waiting = waitingFor(transport, jobs, runtime);

  return {
    async dispatch(data, { signal } = {}) {
      return (await post(data, keyOf(data), {}, signal)) as JobReceipt;
    },

    async schedule<Result>(data: IJobProcessorInput, { timeout, signal }: ScheduleOptions = {}) {
      if (timeout !== undefined && !(timeout >= 0)) {
        throw new InvalidRequestError("INVALID_REQUEST", "timeout must be a number of milliseconds, 0 or more.", []);
      }
      const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : runtime.now() + timeout;
      const key = keyOf(data);
      let jobId: string | undefined;
      const late = () => new TimeoutError(timeout as number, key, jobId);
      const scope = openScope(runtime, signal, Number.isFinite(deadline) ? timeout : undefined, late);
      try {
        const accepted = await post(
          data,
          key,
          preferOf(transport.waitWithin(timeout ?? Number.POSITIVE_INFINITY)),
          scope.signal,
        );
        jobId = accepted.job_id;
        const job =
          "attempts" in accepted && isFinished(accepted)
            ? withNames(accepted)
            : await waitUntilFinished(waiting(jobId, scope.signal), accepted, deadline);
        if (job === undefined) throw late();
        return (await resultOf(transport, job, scope.signal)) as Result;
      } finally {
        scope.close();
      }
    },
  };
}

function keyOf(data: IJobProcessorInput): string {
  // Callers without types may omit the data, and a TypeError of the engine would not help them.
  if (typeof data === "object" && data !== null) return data.idempotency_key ?? crypto.randomUUID();
  throw new InvalidRequestError(
    "INVALID_REQUEST",
    "Pass the job's data: {env, product_tag, event, input, start_at}.",
    [],
  );
}

/** Asks the API to answer within the caller's timeout, so that the receipt arrives in time for the TimeoutError to name the job. */
function preferOf(seconds: number): Record<string, string> {
  return seconds >= 1 ? { prefer: `wait=${seconds}` } : {};
}

const hiddenResult = ({ job_id, result_bytes }: Job) =>
  new DuctapeError(
    "RESULT_UNAVAILABLE",
    `The job completed. Its result has ${result_bytes} bytes, which is too large for an answer, and its event hides parts of it, so that there is no download.`,
    { jobId: job_id },
  );

async function resultOf(transport: Transport, job: Job, signal: AbortSignal): Promise<unknown> {
  if (job.status === "failed") throw new JobFailedError(job);
  if (job.status === "cancelled") throw new JobCancelledError(job);
  if (job.result === undefined && job.result_bytes !== undefined) throw hiddenResult(job);
  return job.result_url === undefined ? job.result : await transport.download(job.result_url, job.job_id, signal);
}
