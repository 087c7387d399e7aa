import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { callerOf } from "../../core/access/calling-actor.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { jobChange } from "../../core/operations/audited-fields.ts";
import { migrateJob } from "../../core/operations/migrate-job.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { MigrationSchema } from "../../core/queries/schemas/migration.ts";
import { MigrateRequest } from "../../core/requests/migrate-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { callersJob } from "../job-of.ts";

/** Lets the run of a feature go on by the present catalog, and returns what becomes of each step. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const dryRun = isDryRun(request.query);
  const job = await callersJob(services.jobs, request, "jobs:write");
  parseBody(MigrateRequest, request.body);
  const migration = await migrateJob(services, job, {
    caller: callerOf(request),
    dryRun,
    onChanged: (before, after) =>
      recordChange(services, auditCallerOf(request), jobChange("job.migrate", before, after)),
  });
  return { status: 200, body: { job_id: job.id, ...migration }, about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Let the run of a feature go on by the present catalog",
  description:
    "Replaces the definition that the run keeps, and says what becomes of each step. What has begun is not run again. A run that is under way decides at once; one that has failed waits for its retry. " +
    "Refused with 409, and the steps, if a step that has begun would depend on one that has not ended, or would not be part of the run while it still runs; and while a decision is under way: try again then. Safe to repeat.",
  query: DryRunQuery,
  body: { schema: MigrateRequest, examples: { current: { to: "current" } } },
  answers: { 200: { description: "What becomes of each step.", schema: MigrationSchema } },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND", "STATE_CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});
