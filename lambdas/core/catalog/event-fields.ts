import * as z from "zod";
import { RetryConfig } from "../requests/retry-config.ts";
import { milliseconds } from "../schema/plain-faults.ts";
import { requestLimits } from "../schema/request-limits.ts";

/** The fields of every event; each type adds its own (`event` of its definition). */
export const commonEventFields = {
  description: z.string().optional(),
  retries: z.int().min(0).max(requestLimits.retries).optional(),
  retry_config: RetryConfig.optional(),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional(),
  /** Whether the input of a request is a template, whose expressions are evaluated when it runs. Default: false. */
  expressions: z.boolean().optional(),
};
