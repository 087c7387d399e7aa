import { statusFault as faultOf } from "../../../../../lambdas/consumers/clients/code/http-status.ts";
import { statusError } from "../../../../../lambdas/consumers/clients/http/status.ts";
import type { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { noon } from "../../../../support/builders.ts";

const statusFault = (answer: { status: number; headers: Record<string, string> }, now: number) =>
  faultOf({ ...answer, body: Buffer.alloc(0) }, now, { sent: [] });

const plain = ({ code, retryable }: JobError) => ({ code, retryable });

describe("the status of a function's answer", () => {
  it.each([200, 201, 202, 204, 299])("%i is a success", (status) => {
    expect(statusFault({ status, headers: {} }, noon)).toBeUndefined();
  });

  // What each status means is the test of clients/http/status.ts.
  it.each([
    [301, "The function answered with a redirect (301), which is not followed."],
    [503, "The function answered with status 503."],
  ])("%i is a failure that names it", (status, message) => {
    const fault = statusFault({ status, headers: {} }, noon);
    expect(fault).toMatchObject({ ...plain(statusError({ status, headers: new Headers() }, noon)), message });
  });

  it("has the wait that the answer asks for", () => {
    const headers = { "retry-after": "Tue, 01 Jan 2030 12:00:30 GMT" };
    expect(statusFault({ status: 503, headers }, noon)?.retryAfterMs).toBe(30_000);
  });
});
