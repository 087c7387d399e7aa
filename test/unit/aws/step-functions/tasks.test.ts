import { SFNClient } from "@aws-sdk/client-sfn";
import { stepFunctionsTasks } from "../../../../lambdas/aws/step-functions/tasks.ts";
import { PermanentError } from "../../../../lambdas/core/kernel/errors.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";

function tasksOn(answer: () => StubAnswer) {
  const requestHandler = stubHandler(answer);
  const client = new SFNClient({ ...settings, maxAttempts: 1, requestHandler: requestHandler as never });
  return { tasks: stepFunctionsTasks({ client }), requests: requestHandler.requests };
}
const wire = ({ headers, body }: { headers: Record<string, string>; body: unknown }) => [headers["x-amz-target"], body];

describe("a task of Step Functions", () => {
  it("gets one API call for each outcome or heartbeat", async () => {
    const { tasks, requests } = tasksOn(() => ({}));
    expect(await tasks.succeed("t", '{"n":1}')).toBe("taken");
    expect(await tasks.fail("t", "NOT_FOUND", "No such order.")).toBe("taken");
    expect(await tasks.heartbeat("t")).toBe("taken");
    expect(requests.map(wire)).toEqual([
      ["AWSStepFunctions.SendTaskSuccess", { taskToken: "t", output: '{"n":1}' }],
      ["AWSStepFunctions.SendTaskFailure", { taskToken: "t", error: "NOT_FOUND", cause: "No such order." }],
      ["AWSStepFunctions.SendTaskHeartbeat", { taskToken: "t" }],
    ]);
  });

  it("is failed with an error and a cause within the API's limits", async () => {
    const { tasks, requests } = tasksOn(() => ({}));
    await tasks.fail("t", "E".repeat(300), "c".repeat(40_000));
    expect(requests[0]?.body).toMatchObject({ error: "E".repeat(256), cause: "c".repeat(32_768) });
  });

  it.each(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])("is closed if the API answers %s", async (name) => {
    const { tasks } = tasksOn(() => awsError(name));
    expect(await tasks.succeed("t", "{}")).toBe("closed");
    expect(await tasks.fail("t", "E", "c")).toBe("closed");
    expect(await tasks.heartbeat("t")).toBe("closed");
  });

  it.each([
    ["throttled", "ThrottlingException", 400, { name: "TransientError", code: "ThrottlingException" }],
    ["forbidden", "AccessDeniedException", 400, { name: "AccessDeniedException" }],
    ["broken", "InternalServerException", 500, { name: "TransientError", code: "InternalServerException" }],
  ])("throws if the call is %s, so that it is repeated", async (_how, name, status, expected) => {
    const { tasks } = tasksOn(() => awsError(name, status));
    await expect(tasks.succeed("t", "{}")).rejects.toMatchObject(expected);
  });

  it.each(["InvalidOutput", "ValidationException", "SerializationException"])(
    "throws a PermanentError if the call is refused with %s, so that it is not repeated",
    async (name) => {
      const { tasks } = tasksOn(() => awsError(name));
      for (const call of [tasks.succeed("t", "{}"), tasks.fail("t", "E", "c"), tasks.heartbeat("t")]) {
        const error = await call.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(PermanentError);
        expect(error).toMatchObject({ code: name });
      }
    },
  );

  it("is failed with well-formed strings even if a cut divides a character", async () => {
    const { tasks, requests } = tasksOn(() => ({}));
    await tasks.fail("t", `${"E".repeat(255)}😀`, `${"c".repeat(32_767)}😀`);
    expect(requests[0]?.body).toMatchObject({
      error: `${"E".repeat(255)}\ufffd`,
      cause: `${"c".repeat(32_767)}\ufffd`,
    });
  });
});
