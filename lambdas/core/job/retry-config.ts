import * as z from "zod";
import { defined } from "../kernel/defined.ts";
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

export const RetryConfig = strict({
  initial_delay: milliseconds(0, longestRetryDelayMs)
    .optional()
    .meta({ description: "Milliseconds before the second attempt, before jitter. Default: 1000.", examples: [5000] }),
  max_delay: milliseconds(0, longestRetryDelayMs)
    .optional()
    .meta({
      description: "The longest delay in milliseconds. Only a provider's Retry-After may exceed it. Default: 300,000.",
      examples: [60_000],
    }),
  backoff_multiplier: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "The factor from each delay to the next one, 1 to 100. Default: 2.", examples: [3] }),
  jitter: z
    .boolean()
    .optional()
    .meta({
      description: "Whether each delay is random: the whole of it unless `jitter_percent` says less. Default: true.",
      examples: [false],
    }),
  jitter_percent: z
    .number()
    .min(0)
    .max(1, "is a fraction from 0 to 1: 30 percent is 0.3")
    .optional()
    .meta({
      description:
        "The part of each delay that is random, 0 to 1: with 0.3, a delay of 10 s is one of 7 to 10 s. Default: 1, which is all of it.",
      examples: [0.3],
    }),
  retryable_errors: ErrorNames.meta({
    description: `Error codes that are retried although they are permanent by default. ${names} Default: none.`,
    examples: [["NOT_FOUND"]],
  }),
  only_retryable_errors: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether nothing but `retryable_errors` is retried. Default: false: they are retried besides what is by default.",
      examples: [true],
    }),
  non_retryable_errors: ErrorNames.meta({
    description: `Error codes that are never retried. Takes precedence over \`retryable_errors\`. ${names} Default: none.`,
    examples: [["TIMEOUT", "CARD_DECLINED"]],
  }),
})
  // A request with both means two different things.
  .refine(({ jitter, jitter_percent }) => jitter !== false || jitter_percent === undefined, {
    path: ["jitter_percent"],
    message: "has no effect with jitter: false; leave one of the two out",
  })
  .describe("How the attempts of a job are spaced. Omitted fields come from the event.");
export type RetryConfig = z.infer<typeof RetryConfig>;

/** A field of the request wins over that of the event, which wins over the default. */
export function retryPolicyOf(request: RetryConfig | undefined, event: RetryConfig | undefined): RetryPolicy {
  const { jitter_percent, ...policy }: RetryPolicy = {
    ...defaultRetryPolicy,
    ...(event && defined(event)),
    ...(request && defined(request)),
  };
  // A request that says how much of a delay is random wants it random, whatever the event says.
  const jitter = policy.jitter || request?.jitter_percent !== undefined;
  return { ...policy, jitter, ...(jitter && defined({ jitter_percent })) };
}
