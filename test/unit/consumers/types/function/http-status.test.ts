import { statusFault as faultOf } from "../../../../../lambdas/consumers/types/function/http-status.ts";
import { noon } from "../../../../support/builders.ts";

const statusFault = (answer: { status: number; headers: Record<string, string> }, now: number) =>
  faultOf({ ...answer, body: Buffer.alloc(0) }, now, { sent: [] });

describe("the status of a function's answer", () => {
  it.each([200, 201, 202, 204, 299])("%i is a success", (status) => {
    expect(statusFault({ status, headers: {} }, noon)).toBeUndefined();
  });

  it.each([
    [301, "PROVIDER_ERROR", false],
    [304, "PROVIDER_ERROR", false],
    [400, "VALIDATION_ERROR", false],
    [401, "UNAUTHORIZED", false],
    [402, "PROVIDER_ERROR", false],
    [403, "FORBIDDEN", false],
    [404, "NOT_FOUND", false],
    [408, "TIMEOUT", true],
    [409, "PROVIDER_ERROR", false],
    [410, "NOT_FOUND", false],
    [413, "PROVIDER_ERROR", false],
    [422, "VALIDATION_ERROR", false],
    [429, "RATE_LIMITED", true],
    [500, "PROVIDER_ERROR", true],
    [501, "PROVIDER_ERROR", false],
    [502, "SERVICE_UNAVAILABLE", true],
    [503, "SERVICE_UNAVAILABLE", true],
    [504, "SERVICE_UNAVAILABLE", true],
    [505, "PROVIDER_ERROR", false],
    [507, "PROVIDER_ERROR", true],
  ])("%i is %s, retryable: %s", (status, code, retryable) => {
    expect(statusFault({ status, headers: {} }, noon)).toMatchObject({ code, retryable });
  });

  it.each([
    ["120", 120_000],
    ["0", 0],
    ["Tue, 01 Jan 2030 12:00:30 GMT", 30_000],
    ["Tue, 01 Jan 2030 11:00:00 GMT", 0],
    ["999999999", 7 * 24 * 3_600_000],
    ["Sat, 01 Jan 2050 00:00:00 GMT", 7 * 24 * 3_600_000],
    ["soon", undefined],
    ["-5", undefined],
  ])("Retry-After %s is %s ms, and a week at most", (value, ms) => {
    expect(statusFault({ status: 503, headers: { "retry-after": value } }, noon)?.retryAfterMs).toBe(ms);
  });
});
