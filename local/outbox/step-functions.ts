import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

const call = (request: IncomingMessage) =>
  /^AWSStepFunctions\.(SendTask(?:Success|Failure|Heartbeat))$/.exec(String(request.headers["x-amz-target"]))?.[1];

export const isTaskCall = (request: IncomingMessage): boolean => call(request) !== undefined;

/** Calls to tasks of Step Functions. Every token counts as one that is waited for, because no state machine runs here. */
export async function handleTask(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { taskToken, output, ...content } = (await readJson(request)) ?? {};
  const said = typeof output === "string" ? { output: JSON.parse(output) as unknown } : content;
  caught.add({ kind: "task", call: String(call(request)), token: String(taskToken), content: said });
  sendJson(response, 200, {}, { "content-type": "application/x-amz-json-1.0" });
}
