import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { type AuditChange, auditCallerOf } from "../../core/access/audit-entry.ts";
import { callerOf } from "../../core/access/calling-actor.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { tenantsOf } from "../../core/access/tenants.ts";
import type { Job } from "../../core/job/job.ts";
import { jobIdPattern } from "../../core/job/job-id.ts";
import { defined } from "../../core/kernel/defined.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { deletionNumber } from "../../core/operations/audited-fields.ts";
import { defaultReason } from "../../core/operations/change-job.ts";
import { changeJobs, type Unchanged } from "../../core/operations/change-jobs.ts";
import { listJobs, searchedShown } from "../../core/operations/list-jobs.ts";
import { jobFields } from "../../core/operations/log-fields.ts";
import { type Recording, recordChange } from "../../core/operations/record-change.ts";
import type { SchedulingServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { summaryOf } from "../../core/queries/view.ts";
import { type BulkAction, BulkRequest, changeable, filterConditions } from "../../core/requests/bulk-request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { BulkResultSchema } from "../schemas/bulk.ts";

/** Where a bulk change continues, and when it began. */
const Position = z.strictObject({
  time: z.int().min(0),
  id: z.string().regex(jobIdPattern),
  began: z.int().min(0),
});

/** Changes the jobs that match a filter, up to 100 per request. Answers 200 with an error for each job that it did not change. */
export async function handle(services: SchedulingServices & Recording, request: HttpRequest): Promise<HttpResponse> {
  const { body, query: asked, scopes } = request;
  const { product_tag, env } = ((body as Record<string, unknown> | undefined)?.filter ?? {}) as Record<string, unknown>;
  requireScope(scopes, "jobs:admin", { product: product_tag, env });
  const dryRun = isDryRun(asked);
  const { action, filter, reason = defaultReason, cursor, limit } = parseBody(BulkRequest, body);
  const list = { action, filter };
  const now = services.clock.now();
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list, "/cursor");
  const began = after?.began ?? now;
  const query = { ...listOf(action, filter, began), limit, ...(after && { after }) };
  const tenants = tenantsOf(services.catalog, scopes, filter, "/filter");
  const { jobs, ...listed } = await listJobs(services.jobs, tenants, query, now);
  const { next } = listed;
  const { errors, changed } = await changeJobs(
    services,
    jobs,
    { action, reason, caller: callerOf(request), dryRun },
    (job, error) =>
      services.log.error("a job of a bulk change failed", { ...jobFields(job), action, ...traceOf(error) }),
  );
  if (!dryRun)
    for (const [of, own] of Map.groupBy(changed, (job) => job.env))
      await recordChange(services, auditCallerOf(request), bulkChange({ action, filter, reason }, of, own));
  return {
    status: 200,
    body: {
      matched: jobs.length,
      succeeded: jobs.length - errors.length,
      failed: errors.length,
      errors,
      ...(dryRun && { would_change: wouldChange(jobs, errors).map((job) => summaryOf(job, now)) }),
      ...(next && { next_cursor: encodeCursor({ ...next, began }, list) }),
      ...searchedShown(listed),
    },
  };
}

/**
 * One entry for the jobs that a page has in an env, whose ids concern nobody else: a page of a hundred entries would double what the change
 * costs.
 */
const bulkChange = (
  { action, filter, reason }: Pick<z.output<typeof BulkRequest>, "action" | "filter" | "reason">,
  env: string,
  jobs: readonly Job[],
): AuditChange => ({
  action: `bulk.${action}`,
  ...{ product: filter.product_tag, env },
  ...defined({ reason: action === "cancel" ? reason : undefined }),
  target: filter.event ?? filter.product_tag,
  jobs: jobs.map(({ id }) => id),
  numbers: jobs.map((job) => (action === "delete" ? deletionNumber(job) : (job.changes ?? 0))),
  after: { filter },
});

/** The jobs of a dry run that were not refused, as they are now. */
function wouldChange(jobs: readonly Job[], errors: readonly Unchanged[]): Job[] {
  const refused = new Set(errors.map(({ job_id }) => job_id));
  return jobs.filter(({ id }) => !refused.has(id));
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Change all jobs that match a filter",
  description:
    "Cancels, pauses, resumes, retries or deletes the jobs of a product that match a filter and that the action can change, up to 100 per request. Repeat the request with `cursor` until the answer has no `next_cursor`. A page may be short or even empty although more follow.",
  query: DryRunQuery,
  body: {
    schema: BulkRequest,
    examples: {
      cancel: {
        action: "cancel",
        filter: { product_tag: "my-product", env: "prd", event: "create_order" },
        reason: "the shop is closed",
      },
      retry: { action: "retry", filter: { product_tag: "my-product", from: "2030-01-31T00:00:00Z" } },
    },
  },
  answers: {
    200: {
      description: "The outcome.",
      schema: BulkResultSchema,
      example: { matched: 2, succeeded: 2, failed: 0, errors: [] },
    },
  },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});

/** The list that a bulk change works through, in an order in which a changed job does not appear again. */
function listOf(action: BulkAction, filter: BulkRequest["filter"], began: number) {
  const finished = action === "retry" || action === "delete";
  const conditions = filterConditions(filter, { statuses: changeable[action], endedBy: finished ? began : undefined });
  return { order: "asc" as const, ...conditions };
}
