import type { Job } from "../../lambdas/core/job/job.ts";
import { newJobId } from "../../lambdas/core/job/job-id.ts";
import { defaultRetryPolicy } from "../../lambdas/core/job/retry.ts";

/** The time at which virtual time begins. */
export const noon = Date.UTC(2030, 0, 1, 12);

/** A job of the demo's product that is due at noon and waits in its queue. The tests build theirs on it. */
export const aJob = (overrides: Partial<Job> = {}): Job => ({
  id: newJobId(),
  product: "my-product",
  env: "prd",
  event: "create_order",
  type: "action",
  input: { inline: { body: { amount: 5 } } },
  status: "queued",
  run: 1,
  attempt: 1,
  due_at: noon,
  scheduled_at: overrides.due_at ?? noon,
  created_at: noon - 60_000,
  timeout_ms: 10_000,
  retries: 3,
  retry_policy: defaultRetryPolicy,
  fingerprint: "fingerprint",
  version: 1,
  write_id: crypto.randomUUID(),
  claims: 0,
  attempts: [],
  ...overrides,
});
