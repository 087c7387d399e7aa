import { functionExecutor } from "../../../../lambdas/consumers/types/function/execute.ts";
import { anExecution } from "../../../support/an-execution.ts";
import { aJob } from "../../../support/builders.ts";
import { type Invocation, startLambdaService } from "../../../support/function/lambda-service.ts";
import { until } from "../../../support/until.ts";

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:resize:live";
const target = { envs: { prd: { provider: "lambda", arn } } };
const job = aJob({ type: "function", env: "prd" });

describe("a function job that invokes a Lambda", () => {
  let lambda: Awaited<ReturnType<typeof startLambdaService>>;
  beforeAll(async () => {
    lambda = await startLambdaService();
  });
  afterAll(() => lambda.stop());

  const run = (next: Invocation, payload: unknown = { width: 80 }, overrides = {}) => {
    lambda.answers(next);
    return functionExecutor(lambda.clients)(anExecution({ job, target, input: { payload }, ...overrides }));
  };

  it("sends the payload unchanged, waits, and returns the function's result", async () => {
    expect(await run({ payload: '{"ok":[1,2]}' })).toEqual({ ok: [1, 2] });
    expect(lambda.calls.at(-1)).toEqual({
      arn,
      type: "RequestResponse",
      clientContext: { custom: { idempotency_key: `${job.id}-1` } },
      payload: { width: 80 },
    });
    expect(lambda.regions.at(-1)).toBe("eu-west-1");
  });

  it.each([
    ["nothing", "", null],
    ["null", "null", null],
    ["a number", "7", 7],
    ["text that is not JSON, from a custom runtime", "done", "done"],
    ["a number that JavaScript does not have", '{"far":1e400}', { far: "1e400" }],
    ["JSON of 64 levels", `${"[".repeat(64)}${"]".repeat(64)}`, expect.any(Array)],
    ["JSON of 4,600 levels as its text", "[".repeat(4600) + "]".repeat(4600), "[".repeat(4600) + "]".repeat(4600)],
  ])("accepts %s as a result", async (_what, payload, result) => {
    expect(await run({ payload })).toEqual(result);
  });

  it.each([null, 0, "", [], {}, "ключ", "😀\uffff"])("accepts %j as a payload", async (payload) => {
    await run({}, payload);
    expect(lambda.calls.at(-1)?.payload).toEqual(payload);
  });

  it("invokes the function with an empty payload if the job has none", async () => {
    await run({}, undefined, { input: {} });
    expect(lambda.calls.at(-1)).toMatchObject({ arn, type: "RequestResponse" });
    expect(lambda.calls.at(-1)?.payload).toBeUndefined();
  });

  it("fails with the type of the function's error, but without its message", async () => {
    const failed = run({
      headers: { "x-amz-function-error": "Unhandled" },
      payload: JSON.stringify({ errorType: "TypeError", errorMessage: "s3cret", trace: ["s3cret"] }),
    });
    await expect(failed).rejects.toMatchObject({
      code: "PROVIDER_ERROR",
      retryable: true,
      providerCode: "TypeError",
    });
    await expect(failed).rejects.toThrow("The function failed with TypeError; its own log has the details.");
  });

  it.each([["not JSON s3cret"], ["{}"], ["null"], ['{"errorType":"a s3cret sentence"}'], ['{"errorType":{}}']])(
    "fails without a type where the function gave none: %s",
    async (payload) => {
      const failed = run({ headers: { "x-amz-function-error": "Unhandled" }, payload });
      await expect(failed).rejects.toThrow(/^The function failed; its own log has the details\.$/);
    },
  );

  it.each([
    ["TooManyRequestsException", 429, "RATE_LIMITED", true],
    ["ResourceNotFoundException", 404, "NOT_FOUND", false],
    ["AccessDeniedException", 403, "FORBIDDEN", false],
    ["ExpiredTokenException", 403, "FORBIDDEN", false],
    ["RequestTooLargeException", 413, "VALIDATION_ERROR", false],
    ["InvalidRequestContentException", 400, "VALIDATION_ERROR", false],
    ["RecursiveInvocationException", 400, "PROVIDER_ERROR", false],
    ["ResourceConflictException", 409, "SERVICE_UNAVAILABLE", true],
    ["ResourceNotReadyException", 502, "SERVICE_UNAVAILABLE", true],
    ["EC2ThrottledException", 502, "SERVICE_UNAVAILABLE", true],
    ["ServiceException", 500, "SERVICE_UNAVAILABLE", true],
  ])("%s is reported once and plainly", async (error, status, code, retryable) => {
    const before = lambda.calls.length;
    const failed = run({ status, error });
    await expect(failed).rejects.toMatchObject({ name: "JobError", code, retryable });
    await expect(failed).rejects.not.toThrow(/s3cret|arn:/);
    expect(lambda.calls.length - before).toBe(1);
  });

  it("waits as long as a throttled call asks for", async () => {
    const failed = run({ status: 429, error: "TooManyRequestsException", headers: { "retry-after": "7" } });
    await expect(failed).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 7000 });
  });

  it("makes no call with a payload larger than Lambda takes", async () => {
    const before = lambda.calls.length;
    const failed = run({}, "x".repeat(6 * 1024 * 1024 - 1));
    await expect(failed).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
    expect(lambda.calls.length).toBe(before);
  });

  it("is retryable if the connection breaks", async () => {
    await expect(run({ reset: true })).rejects.toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
  });

  it("stops waiting at the job's timeout and fails with it", async () => {
    const timeout = new AbortController();
    const failed = run({ hang: true }, {}, { signal: timeout.signal });
    const reason = new Error("the shell's timeout");
    const before = lambda.calls.length;
    await until(() => lambda.calls.length !== before);
    timeout.abort(reason);
    await expect(failed).rejects.toBe(reason);
  });

  it("reports that the catalog no longer has the job's env", async () => {
    const failed = run({}, {}, { target: { envs: {} }, event: { type: "function", function: "resize" } });
    await expect(failed).rejects.toMatchObject({ code: "CONFIGURATION_ERROR" });
    await expect(failed).rejects.toThrow("Function resize has no settings for env prd.");
  });
});
