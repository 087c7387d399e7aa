/** The job that the examples of the OpenAPI document are about. */
const jobId = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";
const nine = Date.UTC(2030, 0, 31, 8);

export const aReceipt = { job_id: jobId, status: "scheduled", scheduled_at: nine, recurring: false };

export const aSummary = {
  ...aReceipt,
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  type: "action",
  run: 1,
  attempt: 1,
  retries: 3,
  timeout_ms: 30_000,
  due_at: nine,
  created_at: Date.UTC(2030, 0, 30, 12),
};

export const aJob = { ...aSummary, attempts: [] };
