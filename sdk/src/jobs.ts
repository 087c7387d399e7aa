import { DuctapeError, InvalidRequestError } from "./errors.ts";
import type { Job } from "./job.ts";
import type { Transport } from "./transport.ts";

export interface GetJobOptions {
  /** Seconds that the API waits for the job to finish before it answers, 1 to 25. Default: it answers at once. Example: `25`. */
  wait?: number;
  /** Aborts the request. Default: none. Example: `AbortSignal.timeout(5000)`. */
  signal?: AbortSignal;
}

/** What can be done with jobs that exist. */
export interface Jobs {
  /**
   * The job as it stands. Rejects with a NotFoundError if there is none.
   *
   * @example
   * const job = await ductape.jobs.get("job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e", { wait: 25 });
   */
  get(id: string, options?: GetJobOptions): Promise<Job>;
}

export const createJobs = (transport: Transport): Jobs => ({
  async get(id, { wait, signal } = {}) {
    if (typeof id !== "string" || id === "") {
      throw new InvalidRequestError("INVALID_REQUEST", "jobs.get needs the id of a job.", []);
    }
    const query = wait === undefined ? "" : `?wait=${wait}`;
    const path = `/v1/jobs/${encodeURIComponent(id)}${query}`;
    return named<Job>(await transport.call({ method: "GET", path, signal, jobId: id }));
  },
});

/** The one check of an answer that both sides have a type for: it is about a job. */
export function named<T>(body: Record<string, unknown>): T {
  if (typeof body.job_id === "string" && typeof body.status === "string") return body as T;
  throw new DuctapeError("UNEXPECTED_ANSWER", "The API answered, but not with a job. Check DUCTAPE_URL.");
}
