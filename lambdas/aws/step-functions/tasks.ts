import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import type { TaskAnswer, Tasks } from "../../core/ports/outbound-ports.ts";
import { classifyError } from "../client/aws-errors.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const longestError = 256;
const longestCause = 32_768;

/**
 * What Step Functions answers for a token that nobody waits for: the task was answered before, timed out, was of an
 * execution that is over, or the token is none. Saying it again would change nothing.
 */
const closed = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);

/** The beginning that fits; a character that the cut halves is replaced, since no half of one is valid. */
const cut = (text: string, longest: number): string => text.slice(0, longest).toWellFormed();

/** Tasks of Step Functions that wait for a callback. */
export function stepFunctionsTasks({ client }: { client: SFNClient }): Tasks {
  const said = async (call: Promise<unknown>): Promise<TaskAnswer> => {
    try {
      await call;
      return "taken";
    } catch (error) {
      if (error instanceof Error && closed.has(error.name)) return "closed";
      throw classifyError(error);
    }
  };
  return {
    succeed: (taskToken, output) => said(client.send(new SendTaskSuccessCommand({ taskToken, output }))),
    fail: (taskToken, error, cause) =>
      said(
        client.send(
          new SendTaskFailureCommand({
            taskToken,
            error: cut(error, longestError),
            cause: cut(cause, longestCause),
          }),
        ),
      ),
    heartbeat: (taskToken) => said(client.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}
