import { withCurrentSecrets } from "../../../../lambdas/consumers/engine/around/secrets.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { JobError, type JobErrorCode } from "../../../../lambdas/core/job/job-error.ts";
import type { AttemptServices, Execution } from "../../../../lambdas/core/operations/execution.ts";
import type { Secrets } from "../../../../lambdas/core/ports/secrets.ts";
import { anExecution, failureOf } from "../../../support/executors/execution.ts";

/** Secrets of which a warm Lambda knows an old value until it asks for a fresh one. */
function rotatedSecrets({ known = "old", current = "new" } = {}) {
  let fresh = 0;
  let value = known;
  const secrets: Secrets = {
    async resolve(_reference, options) {
      if (options?.fresh) {
        fresh++;
        value = current;
      }
      return value;
    },
  };
  return { secrets, reads: () => fresh };
}

/** An executor whose provider accepts the value "new" alone. */
function anExecutor(refusal: JobErrorCode = "UNAUTHORIZED", nothingDone = true) {
  const tried: { value: string; progress: unknown }[] = [];
  const execute = async ({ secrets, progress }: Execution) => {
    const value = await secrets.resolve(secret("shop/token"));
    tried.push({ value, progress });
    if (value !== "new") throw new JobError(refusal, "refused", { progress: { sent: ["a"] }, nothingDone });
    return "done";
  };
  const run = withCurrentSecrets(execute);
  return { tried, run: (execution: Execution) => run(execution, {} as AttemptServices) };
}

test.each<JobErrorCode>(["UNAUTHORIZED", "FORBIDDEN"])(
  "a job refused (%s) after a rotation is executed with the new credentials",
  async (refusal) => {
    const { secrets, reads } = rotatedSecrets();
    const { tried, run } = anExecutor(refusal);
    expect(await run(anExecution({ secrets }))).toBe("done");
    expect(tried).toEqual([
      { value: "old", progress: undefined },
      { value: "new", progress: { sent: ["a"] } },
    ]);
    expect(reads()).toBe(1);
  },
);

test("a refusal is not repeated after a rotation if the work may have been done", async () => {
  const { secrets } = rotatedSecrets();
  const { tried, run } = anExecutor("UNAUTHORIZED", false);
  expect(await failureOf(run(anExecution({ secrets })))).toMatchObject({ code: "UNAUTHORIZED" });
  expect(tried).toHaveLength(1);
});

test("refused credentials that were not rotated fail the job after one more read", async () => {
  const { secrets, reads } = rotatedSecrets({ current: "old" });
  const { tried, run } = anExecutor();
  expect(await failureOf(run(anExecution({ secrets })))).toMatchObject({ code: "UNAUTHORIZED", message: "refused" });
  expect([tried.length, reads()]).toEqual([1, 1]);
});

test("new credentials that are refused too fail the job", async () => {
  const { secrets } = rotatedSecrets({ current: "newer" });
  const { tried, run } = anExecutor();
  expect(await failureOf(run(anExecution({ secrets })))).toMatchObject({ code: "UNAUTHORIZED" });
  expect(tried.map(({ value }) => value)).toEqual(["old", "newer"]);
});

test("a failure other than a refusal reads no secret again", async () => {
  const { secrets, reads } = rotatedSecrets();
  const { run } = anExecutor("SERVICE_UNAVAILABLE");
  expect(await failureOf(run(anExecution({ secrets })))).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect(reads()).toBe(0);
});

test("a job fails with the refusal if its secret cannot be read again", async () => {
  const secrets: Secrets = {
    resolve: async (_, options) => {
      if (options?.fresh) throw new JobError("SERVICE_UNAVAILABLE", "Secrets Manager throttles");
      return "old";
    },
  };
  expect(await failureOf(anExecutor().run(anExecution({ secrets })))).toMatchObject({ code: "UNAUTHORIZED" });
});

test("a job that ran out of time during the new read is not executed again", async () => {
  const { secrets } = rotatedSecrets();
  const { tried, run } = anExecutor();
  const signal = AbortSignal.abort(new JobError("TIMEOUT", "too late"));
  await expect(run(anExecution({ secrets, signal }))).rejects.toBeInstanceOf(JobError);
  expect(tried).toHaveLength(1);
});
