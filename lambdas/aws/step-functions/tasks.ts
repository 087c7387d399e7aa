import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import type { TaskAnswer, Tasks } from "../../core/ports/tasks.ts";
import { classifyError } from "../client/aws-errors.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const longestError = 256;
const longestCause = 32_768;

/**
 * The errors for a token that nothing waits for: the task was answered before or timed out, its execution has ended, or the
 * token is invalid. A retry would change nothing.
 */
const closedErrors = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);

/** Cuts a string, and replaces a surrogate whose other half was cut off, which would be invalid. */
const firstCharacters = (text: string, longest: number): string => text.slice(0, longest).toWellFormed();

/** The tasks of Step Functions that wait for a callback. */
export function stepFunctionsTasks({ client }: { client: SFNClient }): Tasks {
  const answerOf = async (call: Promise<unknown>): Promise<TaskAnswer> => {
    try {
      await call;
      return "taken";
    } catch (error) {
      if (error instanceof Error && closedErrors.has(error.name)) return "closed";
      throw classifyError(error);
    }
  };
  return {
    succeed: (taskToken, output) => answerOf(client.send(new SendTaskSuccessCommand({ taskToken, output }))),
    fail: (taskToken, error, cause) =>
      answerOf(
        client.send(
          new SendTaskFailureCommand({
            taskToken,
            error: firstCharacters(error, longestError),
            cause: firstCharacters(cause, longestCause),
          }),
        ),
      ),
    heartbeat: (taskToken) => answerOf(client.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}
