import { type Job, type JobMessage, messageOf } from "../../lambdas/core/job/job.ts";
import type { JobEvent, JobEventName } from "../../lambdas/core/job/job-event.ts";
import { newJobId, stepJobId } from "../../lambdas/core/job/job-id.ts";
import { defaultRetryPolicy } from "../../lambdas/core/job/retry.ts";

/** The time at which every test's world begins, unless the test says otherwise. */
export const noon = Date.UTC(2030, 0, 1, 12);

/** A job that is due at noon and waits in its queue. */
export const aJob = (overrides: Partial<Job> = {}): Job => ({
  id: newJobId(),
  product: "shop",
  env: "prd",
  event: "charge",
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

/** Makes a job the step `main.a` of a feature. */
export const stepOf = (feature: Job): Pick<Job, "id" | "parent"> => ({
  id: stepJobId(feature, "main.a"),
  parent: { message: messageOf(feature), step: "main.a" },
});

/** The message of a job, or of one that was never stored. */
export const aMessage = (job: Job = aJob(), overrides: Partial<JobMessage> = {}): JobMessage => ({
  ...messageOf(job),
  ...overrides,
});

/** An event of a job, or of one that was never stored. */
export const anEvent = (name: JobEventName = "completed", job: Job = aJob()): JobEvent => ({
  name,
  time: noon,
  detail: {
    job_id: job.id,
    product_tag: job.product,
    env: job.env,
    event: job.event,
    type: job.type,
    run: job.run,
    attempt: job.attempt,
    status: job.status,
    scheduled_at: job.scheduled_at,
    due_at: job.due_at,
    created_at: job.created_at,
    version: job.version,
  },
});
