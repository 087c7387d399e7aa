import type { JobView } from "../../../packages/ductape-jobs/src/cli/jobs/show-job.ts";
import { now } from "./answering.ts";

export const jobId = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";

/** A job as the API answers it: completed at once, unless `fields` say otherwise. */
export const aJob = (fields: Partial<JobView> = {}): JobView => ({
  job_id: jobId,
  status: "completed",
  product_tag: "shop",
  env: "prd",
  event: "remind_customer",
  type: "action",
  run: 1,
  attempt: 1,
  retries: 3,
  timeout_ms: 30_000,
  recurring: false,
  created_at: now - 10_000,
  scheduled_at: now - 5000,
  due_at: now - 5000,
  started_at: now - 4900,
  finished_at: now - 4000,
  attempts: [
    {
      attempt: 1,
      due_at: now - 5000,
      started_at: now - 4900,
      ended_at: now - 4000,
      outcome: "completed",
      duration_ms: 900,
      lateness_ms: 100,
    },
  ],
  result: { ok: true },
  ...fields,
});

/** A job that has not started. */
export function aWaitingJob(fields: Partial<JobView> = {}): JobView {
  const { started_at: _, finished_at: __, result: ___, ...job } = aJob({ status: "scheduled", attempts: [] });
  return { ...job, scheduled_at: now + 60_000, due_at: now + 60_000, ...fields };
}
