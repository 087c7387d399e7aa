import { webhookAttempts, webhookDelay } from "../../../../lambdas/core/outbound/webhook-retry.ts";

const hour = 3_600_000;

describe("the delays between the attempts of a delivery", () => {
  it("grow from seconds to hours, over more than a day", () => {
    const delays = Array.from({ length: webhookAttempts - 1 }, (_, i) => webhookDelay(i + 1, 0) ?? Number.NaN);
    expect(delays[0]).toBe(5000);
    for (const [i, delay] of delays.slice(1).entries()) expect(delay).toBeGreaterThanOrEqual(delays[i] as number);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeGreaterThan(24 * hour);
    expect(total).toBeLessThan(30 * hour);
    expect(webhookDelay(webhookAttempts, 0)).toBeUndefined();
  });

  it("are random, at least Retry-After and at most a day", () => {
    expect(webhookDelay(2, 0.5)).toBe(330_000);
    expect(webhookDelay(1, 0.999, 60_000)).toBe(60_000);
    expect(webhookDelay(1, 0, 400 * hour)).toBe(24 * hour);
  });
});
