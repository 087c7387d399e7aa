import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { defaultRetryPolicy, isRetryable, retryDelay } from "../../../../lambdas/core/job/retry.ts";

const steady = { ...defaultRetryPolicy, jitter: false };

describe("retryDelay", () => {
  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [9, 256_000],
    [10, 300_000],
    [200, 300_000],
  ])("after attempt %i waits %i ms without jitter", (attempt, ms) => {
    expect(retryDelay(steady, attempt, 0.5)).toBe(ms);
  });

  it("spreads from 0 to the whole delay with full jitter", () => {
    expect(retryDelay(defaultRetryPolicy, 3, 0)).toBe(0);
    expect(retryDelay(defaultRetryPolicy, 3, 0.5)).toBe(2000);
    expect(retryDelay(defaultRetryPolicy, 3, 0.999)).toBe(3996);
  });

  it("spreads over a part of the delay if it says so", () => {
    const third = { ...defaultRetryPolicy, jitter_percent: 0.3 };
    expect(retryDelay(third, 3, 0)).toBe(2800);
    expect(retryDelay(third, 3, 0.5)).toBe(3400);
    expect(retryDelay({ ...third, jitter_percent: 0 }, 3, 0)).toBe(4000);
    expect(retryDelay({ ...third, jitter: false }, 3, 0)).toBe(4000);
  });

  it("never waits less than the provider's Retry-After, even beyond max_delay", () => {
    expect(retryDelay(steady, 1, 0, 7000)).toBe(7000);
    expect(retryDelay(steady, 1, 0, 900_000)).toBe(900_000);
    expect(retryDelay(steady, 4, 0, 7000)).toBe(8000);
  });
});

describe("isRetryable", () => {
  const busy = new JobError("SERVICE_UNAVAILABLE", "503");
  const absent = new JobError("NOT_FOUND", "404");

  it("follows the code, and before it what the executor says", () => {
    expect(isRetryable(busy, defaultRetryPolicy)).toBe(true);
    expect(isRetryable(absent, defaultRetryPolicy)).toBe(false);
    expect(isRetryable(new JobError("PROVIDER_ERROR", "no", { retryable: false }), defaultRetryPolicy)).toBe(false);
  });

  it("follows the provider's own code in the job's lists", () => {
    const declined = new JobError("PROVIDER_ERROR", "402", { retryable: false, providerCode: "card_declined" });
    expect(isRetryable(declined, { ...defaultRetryPolicy, retryable_errors: ["CARD_DECLINED"] })).toBe(true);
    const deadlock = new JobError("SERVICE_UNAVAILABLE", "deadlock", { providerCode: "40P01" });
    expect(isRetryable(deadlock, { ...defaultRetryPolicy, non_retryable_errors: ["DEADLOCK"] })).toBe(false);
  });

  it("follows the job's lists over both, the refusals first", () => {
    expect(isRetryable(absent, { ...defaultRetryPolicy, retryable_errors: ["NOT_FOUND"] })).toBe(true);
    expect(isRetryable(busy, { ...defaultRetryPolicy, non_retryable_errors: ["SERVICE_UNAVAILABLE"] })).toBe(false);
    const both = {
      ...defaultRetryPolicy,
      retryable_errors: ["TIMEOUT" as const],
      non_retryable_errors: ["TIMEOUT" as const],
    };
    expect(isRetryable(new JobError("TIMEOUT", "slow"), both)).toBe(false);
  });
});
