import * as z from "zod";
import { given } from "../kernel/given.ts";
import { milliseconds } from "../kernel/plain-faults.ts";
import { longestRetryDelayMs, requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import type { RetryPolicy } from "./attempt.ts";
import { plainName } from "./error-names.ts";
import { jobErrorCodes } from "./job-error.ts";
import { defaultRetryPolicy } from "./retry.ts";

/** An error code of ours, or any other name, which is compared with the provider's own code. */
const ErrorName = z
  .string()
  .min(1)
  .max(requestLimits.errorName)
  .refine(wellFormed, notWellFormed)
  .refine((name) => plainName(name) !== "", "must have a letter or a digit");
const ErrorNames = z.array(ErrorName).max(20).optional();
const names = `Codes of this API (${Object.keys(jobErrorCodes).join(", ")}), or a provider's own codes (\`provider_code\`), which are compared without regard to case and punctuation.`;

/** How the attempts of a run are spaced. Omitted fields come from the event, then from `defaultRetryPolicy`. */
export const RetryConfig = strict({
  initial_delay: milliseconds(0, longestRetryDelayMs).optional().describe("Milliseconds before the second attempt."),
  max_delay: milliseconds(0, longestRetryDelayMs).optional().describe("The longest delay, in milliseconds."),
  backoff_multiplier: z.number().min(1).max(100).optional(),
  jitter: z
    .boolean()
    .optional()
    .describe(
      'Whether a part of each delay is random: the whole of it ("full jitter") unless `jitter_percent` says less.',
    ),
  jitter_percent: z
    .number()
    .min(0)
    .max(1, "is a fraction from 0 to 1: 30 percent is 0.3")
    .optional()
    .describe("The part of each delay that is random, as a fraction: with 0.3, a delay of 10 s is one of 7 to 10 s."),
  retryable_errors: ErrorNames.describe(`Errors that are retried although they are permanent by default. ${names}`),
  only_retryable_errors: z
    .boolean()
    .optional()
    .describe(
      "Whether nothing but `retryable_errors` is retried. Default: they are retried besides what is by default.",
    ),
  non_retryable_errors: ErrorNames.describe(`Errors that are never retried. ${names}`),
})
  // A request with both means two different things.
  .refine(({ jitter, jitter_percent }) => jitter !== false || jitter_percent === undefined, {
    path: ["jitter_percent"],
    message: "has no effect with jitter: false; leave one of the two out",
  });
export type RetryConfig = z.infer<typeof RetryConfig>;

/** A field of the request wins over that of the event, which wins over the default. */
export function retryPolicyOf(request: RetryConfig | undefined, event: RetryConfig | undefined): RetryPolicy {
  const { jitter_percent, ...policy }: RetryPolicy = {
    ...defaultRetryPolicy,
    ...(event && given(event)),
    ...(request && given(request)),
  };
  // A request that says how much of a delay is random wants it random, whatever the event says.
  const jitter = policy.jitter || request?.jitter_percent !== undefined;
  return { ...policy, jitter, ...(jitter && given({ jitter_percent })) };
}
