import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { jobDeletion } from "../../core/operations/audited-fields.ts";
import { requireFinished } from "../../core/operations/change-job.ts";
import { deleteWithResults } from "../../core/operations/delete-job.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { Services } from "../../core/operations/services.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { callersJob } from "../job-of.ts";

/** Deletes a finished job with all that it has left. Answers 204. */
export async function handle(services: Services & Recording, request: HttpRequest): Promise<HttpResponse> {
  const dryRun = isDryRun(request.query);
  const job = await callersJob(services.jobs, request, "jobs:write");
  if (dryRun) {
    requireFinished(job, services.clock.now());
    return { status: 204 };
  }
  const deleted = await deleteWithResults(services, job.id);
  await recordChange(services, auditCallerOf(request), jobDeletion(deleted));
  return { status: 204, about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Delete a finished job",
  description:
    "Finished jobs are deleted by themselves after the retention time. Use this to delete one earlier, with its input, its results and its archived runs.",
  query: DryRunQuery,
  answers: { 204: { description: "The job is deleted." } },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND", "STATE_CONFLICT"],
});
