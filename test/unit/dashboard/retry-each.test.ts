import { expect, test } from "@jest/globals";
import { retriedWords, retryEach } from "../../../dashboard/src/pages/errors/retry-each.ts";
import { ConflictError, NotFoundError, RateLimitError } from "../../../sdk/src/errors.ts";

test("a job that the API had no time for has not changed", async () => {
  const refusals: Record<string, Error> = {
    b: new ConflictError("STATE_CONFLICT", "It runs."),
    c: new NotFoundError("JOB_NOT_FOUND", "It was deleted.", []),
    d: new RateLimitError("RATE_LIMITED", "Too many requests."),
  };
  const outcome = await retryEach(
    ["a", "b", "c", "d", "e", "f", "g"].map((job_id) => ({ job_id })),
    async (id) => {
      if (refusals[id]) throw refusals[id];
    },
  );
  expect(outcome).toEqual({ succeeded: 4, changed: 2, left: 1, error: refusals.d });
  expect(retriedWords(outcome)).toBe("4 jobs retried, 2 had changed, 1 not retried");
  expect(retriedWords({ succeeded: 1, changed: 0, left: 0 })).toBe("1 job retried");
});
