import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { RunListSchema } from "../../core/queries/schemas/list.ts";
import { runViewsOf } from "../../core/queries/view.ts";
import { callersJob, seenBy } from "../job-of.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const RunsParameters = strict({ limit: Limit, cursor: Cursor.optional() });
const RunNumber = z.int().min(1);

/** Returns the runs of a job, latest first: the current one, then the archived ones. */
export async function handle(services: Services, request: HttpRequest): Promise<HttpResponse> {
  const { jobs, clock } = services;
  const job = await callersJob(jobs, request, "jobs:read");
  const { limit, cursor } = parseQuery(RunsParameters, request.query);
  const list = { runs_of: job.id };
  const after = cursor === undefined ? undefined : decodeCursor(RunNumber, cursor, list);
  // Only the runs before the current one: a consumer that died between archiving a run and writing the job has left an
  // outcome in the archive that was never accepted.
  const archived = await jobs.runs(job.id, { limit, order: "desc" }, Math.min(after ?? job.run, job.run));
  const runs = [...(after === undefined ? [job] : []), ...archived.runs];
  const shown = runs.slice(0, limit);
  const last = shown.at(-1);
  const more = runs.length > limit || archived.next !== undefined;
  return {
    status: 200,
    body: {
      runs: await runViewsOf(services, job, shown, clock.now(), seenBy(request, job)),
      ...(more && last && { next_cursor: encodeCursor(last.run, list) }),
    },
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List the runs of a job",
  description: "Lists the latest run first: the current one, then those that have ended. A one-time job has one run.",
  query: RunsParameters,
  answers: { 200: { description: "A page of runs.", schema: RunListSchema } },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});
