import type { IncomingMessage, ServerResponse } from "node:http";
import { problemOf } from "../../lambdas/aws/http/problem.ts";
import { invalidRequest, RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { megabyte, readBody, sendJson } from "../gateway/http.ts";
import type { LocalClock } from "./clock.ts";
import { parseAdvance } from "./request.ts";

/** `GET /local/clock` returns the time. `POST /local/clock` moves it, and answers when everything that was due by then is done. */
export async function handleClock(
  { clock, dependsOn }: { clock: LocalClock; dependsOn: (now: number) => Promise<boolean> },
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    if (request.method === "GET") return sendJson(response, 200, clock.read());
    if (request.method !== "POST") throw new RequestError("METHOD_NOT_ALLOWED", "The clock accepts GET and POST.");
    const asked = parseAdvance(await jsonOf(request), Date.now());
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answer =
      asked === "reset" ? await clock.reset(dependsOn) : await clock.advance(asked.to, asked.maxHops, gone.signal);
    if (answer === false) throw new RequestError("STATE_CONFLICT", noWayBack);
    if (!answer)
      throw new RequestError(
        "STATE_CONFLICT",
        "The clock is being moved by another call; wait until that one is answered.",
      );
    sendJson(response, 200, answer);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const problem = problemOf(error, undefined);
    sendJson(response, problem.status, problem, { "content-type": "application/problem+json" });
  }
}

const noWayBack =
  "The clock cannot go back: something has happened to jobs after this machine's time. To return to this machine's time, start with another data folder (DUCTAPE_DATA), or stop and delete this one.";

/** Requires a JSON content type, which a page of another site cannot make a browser send without asking first. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new RequestError("UNSUPPORTED_MEDIA_TYPE", "Send JSON, with `Content-Type: application/json`.");
  }
  const body = await readBody(request, megabyte);
  if (!body) throw new RequestError("PAYLOAD_TOO_LARGE", "The request is larger than 1 MB.");
  try {
    return JSON.parse(body.toString());
  } catch {
    throw invalidRequest([{ pointer: "", detail: "is not valid JSON" }]);
  }
}
