import * as z from "zod";
import { TaskToken } from "../job/task-token.ts";
import { milliseconds } from "../schema/plain-faults.ts";
import { requestLimits } from "../schema/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../schema/schema.ts";
import { Time } from "../schema/start-time.ts";
import { RepeatRequest } from "./repeat-request.ts";
import { RetryConfig } from "./retry-config.ts";

const Name = z.string().min(1).max(requestLimits.name);

/** The request to schedule a job, the same on every way in. `input` is checked by the event's type. */
export const JobRequest = strict({
  env: Name.describe("The slug of the environment in which the job runs."),
  product_tag: Name.describe("The product whose event it is."),
  event: Name.describe("The tag of the job event."),
  app: Name.optional().describe("The app that the job is related to: selects or checks the app of an action."),
  input: z.record(z.string(), z.unknown()),
  start_at: Time.describe("When to start; 0 or a time in the past is now. At most 5 years ahead."),
  retries: z
    .int()
    .min(0)
    .max(requestLimits.retries)
    .optional()
    .describe("Further attempts after the first one has failed."),
  retry_config: RetryConfig.optional(),
  repeat: RepeatRequest.optional().describe("Makes the job recur."),
  expires_at: Time.optional().describe(
    "No attempt starts after this: a job that waits by then, for its time or for a retry, is cancelled with reason `expired`.",
  ),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional().describe("Milliseconds that one attempt may take."),
  labels: z
    .array(z.string().min(1).max(requestLimits.label).refine(wellFormed, notWellFormed))
    .max(requestLimits.labels)
    .optional()
    .describe("Up to 10 short strings to find the job by."),
  task_token: TaskToken.optional().describe(
    "A task token of Step Functions: the task is told how the job ends. For one-time jobs; over HTTP for keys with `jobs:admin`; never shown again.",
  ),
  idempotency_key: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKey)
    .optional()
    .describe("Names the job: a repeated request with the same key answers the first one's receipt."),
});

export type JobRequest = z.infer<typeof JobRequest>;
