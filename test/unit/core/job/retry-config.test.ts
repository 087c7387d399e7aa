import { defaultRetryPolicy } from "../../../../lambdas/core/job/retry.ts";
import { RetryConfig, retryPolicyOf } from "../../../../lambdas/core/job/retry-config.ts";
import { faultsOf } from "../../../../lambdas/core/kernel/schema.ts";
import { retryNotes } from "../../../../lambdas/core/requests/request.ts";

const faults = (config: unknown) => {
  const parsed = RetryConfig.safeParse(config);
  return parsed.success ? [] : faultsOf(parsed.error);
};

describe("the random part of a delay", () => {
  it.each([0, 0.3, 1])("may be %d", (jitter_percent) => {
    expect(faults({ jitter_percent })).toEqual([]);
    expect(faults({ jitter: true, jitter_percent })).toEqual([]);
  });

  it("is a fraction", () => {
    expect(faults({ jitter_percent: 30 })).toEqual([
      { pointer: "/jitter_percent", detail: "is a fraction from 0 to 1: 30 percent is 0.3" },
    ]);
    expect(faults({ jitter_percent: -0.1 })).toHaveLength(1);
  });

  it("is not accepted with jitter: false", () => {
    expect(faults({ jitter: false, jitter_percent: 0.3 })).toEqual([
      { pointer: "/jitter_percent", detail: "has no effect with jitter: false; leave one of the two out" },
    ]);
  });

  it("of a request wins over the event's lack of jitter", () => {
    expect(retryPolicyOf({ jitter_percent: 0.3 }, { jitter: false })).toMatchObject({
      jitter: true,
      jitter_percent: 0.3,
    });
  });

  it("of an event holds unless the request sets the part or no jitter", () => {
    const event = { jitter_percent: 0.3 };
    expect(retryPolicyOf(undefined, event)).toMatchObject({ jitter: true, jitter_percent: 0.3 });
    expect(retryPolicyOf({ jitter_percent: 0.5 }, event)).toMatchObject({ jitter: true, jitter_percent: 0.5 });
    const none = retryPolicyOf({ jitter: false }, event);
    expect(none.jitter).toBe(false);
    expect(none).not.toHaveProperty("jitter_percent");
  });

  it("is stored only where it was set", () => {
    expect(retryPolicyOf(undefined, undefined)).toEqual(defaultRetryPolicy);
    expect(retryPolicyOf({ jitter: true }, undefined)).toEqual(defaultRetryPolicy);
  });
});

describe("the names in retry rules", () => {
  it("are our codes or any other text of 1 to 64 characters", () => {
    expect(faults({ retryable_errors: ["NOT_FOUND", "CARD_DECLINED", "card declined", "x".repeat(64)] })).toEqual([]);
    const wrong = faults({ non_retryable_errors: ["", "x".repeat(65), "--", "\ud800x", 402] });
    expect([...new Set(wrong.map(({ pointer }) => pointer))]).toEqual(
      [0, 1, 2, 3, 4].map((i) => `/non_retryable_errors/${i}`),
    );
    expect(faults({ retryable_errors: Array(21).fill("X") })).toHaveLength(1);
  });

  it("that are our codes need no note", () => {
    expect(retryNotes(undefined)).toBeUndefined();
    expect(retryNotes({ retryable_errors: ["NOT_FOUND"], non_retryable_errors: [] })).toBeUndefined();
  });

  it("that are not ours are noted, with the code that they resemble", () => {
    const other = "is not a code of this API, so it is compared with the provider's own code.";
    const names = ["NOT_FOUND", "TIME_OUT", "RATE_LIMIT", "TIMEOUTS", "CARD_DECLINED", "rate limited", "Deadlock"];
    expect(retryNotes({ retryable_errors: names, non_retryable_errors: ["X"] })).toEqual([
      { pointer: "/retry_config/retryable_errors/1", detail: `${other} Did you mean "TIMEOUT"?` },
      { pointer: "/retry_config/retryable_errors/2", detail: `${other} Did you mean "RATE_LIMITED"?` },
      { pointer: "/retry_config/retryable_errors/3", detail: `${other} Did you mean "TIMEOUT"?` },
      { pointer: "/retry_config/retryable_errors/4", detail: other },
      {
        pointer: "/retry_config/retryable_errors/5",
        detail: "is compared with the code RATE_LIMITED, and with the provider's own code.",
      },
      {
        pointer: "/retry_config/retryable_errors/6",
        detail: expect.stringMatching(/^stands for a deadlock of PostgreSQL/),
      },
      { pointer: "/retry_config/non_retryable_errors/0", detail: other },
    ]);
  });
});
