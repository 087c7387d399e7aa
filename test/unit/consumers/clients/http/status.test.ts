import { statusError } from "../../../../../lambdas/consumers/clients/http/status.ts";
import { retryAfterMs } from "../../../../../lambdas/core/job/retry-after.ts";

test.each([
  [301, "PROVIDER_ERROR", false],
  [400, "VALIDATION_ERROR", false],
  [401, "UNAUTHORIZED", false],
  [402, "PROVIDER_ERROR", false],
  [403, "FORBIDDEN", false],
  [404, "NOT_FOUND", false],
  [408, "TIMEOUT", true],
  [409, "PROVIDER_ERROR", false],
  [410, "NOT_FOUND", false],
  [413, "PROVIDER_ERROR", false],
  [418, "PROVIDER_ERROR", false],
  [422, "VALIDATION_ERROR", false],
  [429, "RATE_LIMITED", true],
  [500, "PROVIDER_ERROR", true],
  [501, "PROVIDER_ERROR", false],
  [502, "SERVICE_UNAVAILABLE", true],
  [503, "SERVICE_UNAVAILABLE", true],
  [504, "SERVICE_UNAVAILABLE", true],
  [505, "PROVIDER_ERROR", false],
  [507, "PROVIDER_ERROR", true],
  [520, "PROVIDER_ERROR", true],
  [304, "PROVIDER_ERROR", false],
])("status %i means %s, retryable: %s", (status, code, retryable) => {
  const error = statusError({ status, headers: new Headers() }, 0);
  expect(error).toMatchObject({ code, retryable, retryAfterMs: undefined });
  expect(error.message).toContain(`status ${status}`);
});

const now = Date.parse("2026-07-01T00:00:00Z");

test.each([
  ["120", 120_000],
  ["0", 0],
  ["Wed, 01 Jul 2026 00:00:30 GMT", 30_000],
  ["Tue, 30 Jun 2026 23:00:00 GMT", 0],
  ["99999999999", 604_800_000],
  ["Sat, 01 Jan 2050 00:00:00 GMT", 604_800_000],
  ["-5", undefined],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
])("Retry-After %j asks for %j ms", (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

test("the error of a failing status has the response's Retry-After", () => {
  const headers = new Headers({ "retry-after": "7" });
  expect(statusError({ status: 503, headers }, now).retryAfterMs).toBe(7000);
});
