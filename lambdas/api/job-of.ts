import type { HttpRequest } from "../aws/http/route.ts";
import { hasAccess, may, requireScope, type Verb } from "../core/access/scopes.ts";
import type { Job } from "../core/job/job.ts";
import { jobIdPattern } from "../core/job/job-id.ts";
import { jobNotFound } from "../core/kernel/request-error.ts";
import type { JobStore } from "../core/ports/job-store.ts";
import type { Sees } from "../core/queries/view.ts";

/**
 * The job that a path with `{id}` names. Throws JOB_NOT_FOUND, also where the key has no access to the job's product and env:
 * ids may be derived from idempotency keys, and a caller must not learn which keys another tenant has used. Throws FORBIDDEN
 * where the key has access to the job but lacks the verb.
 */
export async function callersJob(
  jobs: Pick<JobStore, "get">,
  { params, scopes }: Pick<HttpRequest, "params" | "scopes">,
  verb: Verb,
): Promise<Job> {
  const { id = "" } = params;
  const job = jobIdPattern.test(id) ? await jobs.get(id) : undefined;
  if (!job || !hasAccess(scopes, job)) throw jobNotFound();
  requireScope(scopes, verb, job);
  return job;
}

/** What the caller may see of a job beyond what every reader does. */
export const seenBy = ({ scopes }: Pick<HttpRequest, "scopes">, job: Job): Sees => ({
  inputs: may(scopes, "jobs:input", job),
});
