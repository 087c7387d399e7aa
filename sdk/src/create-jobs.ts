import type { Explanation, Stats } from "./answers.ts";
import { sendBatch } from "./batch.ts";
import { bodyOf } from "./body.ts";
import { type BulkAction, changeMany } from "./bulk.ts";
import { InvalidRequestError, NotFoundError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { Job, JobRun, JobSummary } from "./job.ts";
import type { CancelOptions, Jobs } from "./jobs.ts";
import { type JobPage, pagesOf, type RunPage } from "./pages.ts";
import { type JobFilter, queryString } from "./query.ts";
import type { Transport } from "./transport.ts";

function pathOf(id: string, call: string, rest = ""): string {
  if (typeof id === "string" && id !== "") return `/v1/jobs/${encodeURIComponent(id)}${rest}`;
  throw new InvalidRequestError("INVALID_REQUEST", `jobs.${call} needs the id of a job.`, []);
}

export function createJobs(transport: Transport): Jobs {
  const change = async (
    id: string,
    verb: string,
    body: object | undefined,
    { signal, repeatable }: { signal?: AbortSignal | undefined; repeatable: boolean },
  ): Promise<Job> => {
    const path = pathOf(id, verb, `/${verb}`);
    const sent = { ...(body && { body: JSON.stringify(body) }), signal, repeatable };
    return expectFields<Job>(await transport.call({ method: "POST", path, jobId: id, ...sent }), "job_id", "status");
  };
  const many =
    (action: BulkAction) =>
    (filter: JobFilter, options: CancelOptions = {}) =>
      changeMany(transport, action, filter, options);

  return {
    async get(id, { wait, signal } = {}) {
      // Limited to what one request may take, since a longer wait would time out.
      const asked = wait === undefined ? {} : { wait: Math.min(wait, transport.waitWithin(wait * 1000 + 1000)) };
      const path = pathOf(id, "get", queryString(asked));
      return expectFields<Job>(await transport.call({ method: "GET", path, signal, jobId: id }), "job_id", "status");
    },
    list: (query = {}, { signal } = {}) =>
      pagesOf<JobSummary, JobPage>(transport, "jobs", { path: "/v1/jobs", query, signal }),
    runs: (id, query = {}, { signal } = {}) =>
      pagesOf<JobRun, RunPage>(transport, "runs", { path: pathOf(id, "runs", "/runs"), query, signal, jobId: id }),
    cancel: (id, { reason, signal } = {}) =>
      change(id, "cancel", reason === undefined ? undefined : { reason }, { signal, repeatable: true }),
    pause: (id, { signal } = {}) => change(id, "pause", undefined, { signal, repeatable: true }),
    resume: (id, { signal } = {}) => change(id, "resume", undefined, { signal, repeatable: true }),
    // These are not repeatable: the job may have started in the meantime, and doing it twice differs from doing it once.
    reschedule: (id, { start_at, repeat }, { signal } = {}) =>
      change(id, "reschedule", { start_at, repeat }, { signal, repeatable: false }),
    retry: (id, { delay, start_at, signal } = {}) =>
      change(id, "retry", { delay_ms: delay, start_at }, { signal, repeatable: false }),
    runNow: (id, { signal } = {}) => change(id, "run-now", undefined, { signal, repeatable: false }),
    async delete(id, { signal } = {}) {
      let times = 0;
      const onSend = () => {
        times++;
      };
      try {
        await transport.call({ method: "DELETE", path: pathOf(id, "delete"), signal, jobId: id, onSend });
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
    async stats(query, { signal } = {}) {
      const path = `/v1/stats${queryString(query)}`;
      return expectFields<Stats>(await transport.call({ method: "GET", path, signal }), "counts");
    },
    async explain(data, { signal } = {}) {
      const call = { method: "POST" as const, path: "/v1/explain", body: bodyOf(data), signal };
      return expectFields<Explanation>(await transport.call(call), "valid", "next_runs");
    },
    batch: (items, { signal } = {}) => sendBatch(transport, items, signal),
  };
}
