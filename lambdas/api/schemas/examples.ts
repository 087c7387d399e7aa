import { definitions } from "../../consumers/types/definitions.ts";
import { type JobType, jobTypes } from "../../core/job/job.ts";
import { version } from "../../core/kernel/version.ts";

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

export const aPause = {
  id: "pause_f29a1b0c9d8e7f6a5b4c3d2e1f0a9b8c",
  product_tag: "my-product",
  env: "prd",
  reason: "the database is being moved",
  state: "active",
  since: nine,
  drain_per_second: 50,
};

export const anOperation = {
  operation_id: "op_0123456789abcdef",
  action: "retry",
  product_tag: "my-product",
  envs: ["prd"],
  filter: { status: ["failed"], event: "create_order", until: nine },
  state: "running",
  matched: 1200,
  changed: 600,
  unchanged: 2,
  failed: 0,
  remaining: 598,
  reason: "the provider is back",
  rate_per_second: 20,
  sample: [jobId],
  made_by: { kind: "key", id: "0123456789abcdef", name: "ci" },
  created_at: nine,
  collected_at: nine + 1000,
};

export const aKey = {
  caller: "0123456789abcdef",
  name: "ci",
  verbs: ["jobs:read", "jobs:write"],
  products: ["my-product"],
  envs: ["*"],
  version,
  expires_at: 1_900_000_000_000,
};

const request = { env: "prd", product_tag: "my-product", start_at: 0 };

/** A request for a job of a type. */
export const exampleOf = (type: JobType) => ({ ...request, ...definitions[type].example });

/** A request for a job of each type, and one for a recurring job. */
export const jobRequestExamples = {
  ...Object.fromEntries(jobTypes.map((type) => [type, exampleOf(type)])),
  recurring: {
    ...request,
    event: "create_order",
    input: { params: { customer: "c-42" } },
    repeat: { cron: "0 9 * * MON-FRI", tz: "Europe/Berlin", limit: 100 },
    retries: 5,
    labels: ["daily"],
  },
};
