import type { Job } from "../job/job.ts";
import { derivedJobId } from "../job/job-id.ts";
import { keptRequests } from "../job/shared-key.ts";
import type { RequestAnswer } from "../ports/shared-keys.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { answeredAgain } from "./schedule-job.ts";
import { keptMs, type Outcome, type SharedScheduling } from "./shared-scheduling.ts";

/** The id that the request's idempotency key would give to a job of its own. */
export const idempotencyId = ({ product, env, idempotency_key: key }: AcceptedRequest): string | undefined =>
  key === undefined ? undefined : derivedJobId(product.tag, env, key);

/** The answer to an earlier request with the same idempotency key. `stale` is one whose job no longer exists. */
export interface Before {
  outcome?: Outcome;
  stale?: RequestAnswer;
}

/** What an earlier request with the same idempotency key was answered. Throws IDEMPOTENCY_MISMATCH. */
export async function answeredBefore(
  services: SharedScheduling,
  request: AcceptedRequest,
  id: string,
): Promise<Before> {
  // A job with the id itself was made before its event had a key.
  const [answer, own] = await Promise.all([services.sharedKeys.answer(id), services.jobs.get(id)]);
  if (own) return { outcome: { job: await answeredAgain(services, own, request, own.fingerprint) } };
  if (!answer) return {};
  const job = await services.jobs.get(answer.job_id);
  // The job may have been deleted, and another request may have made its job under the id.
  if (job?.created_at !== answer.created_at || !hasRequest(job, id, answer)) return { stale: answer };
  const { job_id: _id, created_at: _at, fingerprint, ...shared } = answer;
  return { outcome: { job: await answeredAgain(services, job, request, fingerprint), ...shared } };
}

/** Whether a job has a request that was to be added to it: the answer was kept before, and the addition may have failed. */
const hasRequest = ({ idempotency_ids: ids = [] }: Job, id: string, { as }: RequestAnswer): boolean =>
  // A job that remembers as many as it can may have forgotten this one.
  as !== "debounced" || ids.includes(id) || ids.length >= keptRequests;

/** Keeps the answer to a request, unless another request with its idempotency key was answered meanwhile. */
export const keepAnswer = (
  { sharedKeys, clock }: SharedScheduling,
  { fingerprint }: AcceptedRequest,
  id: string,
  { job, ...shared }: Outcome,
  stale: RequestAnswer | undefined,
): Promise<"kept" | "lost"> =>
  sharedKeys.keepAnswer(
    id,
    { ...shared, job_id: job.id, created_at: job.created_at, fingerprint },
    Math.max(clock.now(), job.due_at) + keptMs.answer,
    stale,
  );
