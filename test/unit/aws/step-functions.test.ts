import { SFNClient } from "@aws-sdk/client-sfn";
import { stepFunctionsTasks } from "../../../lambdas/aws/step-functions.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../support/aws/stub-handler.ts";

function tasksOn(answer: () => StubAnswer) {
  const requestHandler = stubHandler(answer);
  const client = new SFNClient({ ...settings, maxAttempts: 1, requestHandler: requestHandler as never });
  return { tasks: stepFunctionsTasks({ client }), requests: requestHandler.requests };
}
const wire = ({ headers, body }: { headers: Record<string, string>; body: unknown }) => [headers["x-amz-target"], body];

describe("what Step Functions is told", () => {
  it("is one call each, as its API has it", async () => {
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

  it("is cut to what its API takes", async () => {
    const { tasks, requests } = tasksOn(() => ({}));
    await tasks.fail("t", "E".repeat(300), "c".repeat(40_000));
    expect(requests[0]?.body).toMatchObject({ error: "E".repeat(256), cause: "c".repeat(32_768) });
  });

  it.each(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])(
    "of a task that answers %s is of no use",
    async (name) => {
      const { tasks } = tasksOn(() => awsError(name));
      expect(await tasks.succeed("t", "{}")).toBe("closed");
      expect(await tasks.fail("t", "E", "c")).toBe("closed");
      expect(await tasks.heartbeat("t")).toBe("closed");
    },
  );

  it.each([
    ["throttled", "ThrottlingException", 400],
    ["forbidden", "AccessDeniedException", 400],
    ["broken", "InternalServerException", 500],
  ])("throws where it is %s: it has to be said again", async (_how, name, status) => {
    const { tasks } = tasksOn(() => awsError(name, status));
    await expect(tasks.succeed("t", "{}")).rejects.toMatchObject({ name });
  });
});
