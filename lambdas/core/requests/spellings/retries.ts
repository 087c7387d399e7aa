import { type Draft, type Fields, isEmpty, isRecord } from "./draft.ts";
import type { Found } from "./input.ts";

export const retryNames = {
  initialDelay: "initial_delay",
  maxDelay: "max_delay",
  backoffMultiplier: "backoff_multiplier",
  retryableErrors: "retryable_errors",
  nonRetryableErrors: "non_retryable_errors",
  jitterPercent: "jitter_percent",
};

/** Whether a request has retry rules in Ductape's spelling: `retryConfig`, or any of its names in `retry_config`. */
export function usesTheirRetries({ retryConfig, retry_config: ours }: Fields): boolean {
  if (isRecord(retryConfig) && !isEmpty(retryConfig)) return true;
  return isRecord(ours) && Object.keys(retryNames).some((name) => Object.hasOwn(ours, name));
}

/**
 * Retry rules in Ductape's spelling mean what they mean there: nothing is retried unless `retries` says so, and of the failures only
 * those that `retryableErrors` names, if it names any. What the catalog says of the event was said to this system, and stays.
 */
export function rewriteRetries(draft: Draft, found: Found | undefined): void {
  const named = draft.at("retry_config", "retryable_errors");
  if (Array.isArray(named) && named.length > 0 && draft.at("retry_config", "only_retryable_errors") === undefined) {
    draft.note(["retry_config", "retryable_errors"], onlyThese);
    draft.standsFor(["retry_config", "only_retryable_errors"], ["retryConfig"]);
    draft.set(["retry_config", "only_retryable_errors"], true);
  }
  const usual = found && found.event.retries === undefined ? found.definition.defaults.retries : 0;
  if (draft.at("retries") !== undefined || usual === 0) return;
  draft.note(
    ["retry_config"],
    `means no retries, as in Ductape: give \`retries\`, which is ${usual} with retry_config`,
  );
  draft.set(["retries"], 0);
}

const onlyThese =
  "are the only errors that are retried, as in Ductape: in retry_config they are retried besides those that are by default";
