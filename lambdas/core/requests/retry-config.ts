import * as z from "zod";
import type { RetryPolicy } from "../job/job.ts";
import { type JobErrorCode, jobErrorCodes } from "../job/job-error.ts";
import { defaultRetryPolicy } from "../job/retry.ts";
import { given } from "../schema/given.ts";
import { milliseconds } from "../schema/plain-faults.ts";
import { longestRetryDelayMs } from "../schema/request-limits.ts";
import { strict } from "../schema/schema.ts";

const Code = z.enum(Object.keys(jobErrorCodes) as [JobErrorCode, ...JobErrorCode[]]);

/** How the attempts of a run are spaced. Omitted fields come from the event, then from `defaultRetryPolicy`. */
export const RetryConfig = strict({
  initial_delay: milliseconds(0, longestRetryDelayMs).optional().describe("Milliseconds before the second attempt."),
  max_delay: milliseconds(0, longestRetryDelayMs).optional().describe("The longest delay, in milliseconds."),
  backoff_multiplier: z.number().min(1).max(100).optional(),
  jitter: z.boolean().optional().describe('A uniformly random delay between 0 and the computed one ("full jitter").'),
  retryable_errors: z.array(Code).max(20).optional(),
  non_retryable_errors: z.array(Code).max(20).optional(),
});
export type RetryConfig = z.infer<typeof RetryConfig>;

/** A field of the request wins over that of the event, which wins over the default. */
export const retryPolicyOf = (request: RetryConfig | undefined, event: RetryConfig | undefined): RetryPolicy => ({
  ...defaultRetryPolicy,
  ...(event && given(event)),
  ...(request && given(request)),
});
