import { referenceName } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { LambdaClients } from "../../clients/aws/lambda-clients.ts";
import { withDeadline } from "../../clients/before-deadline.ts";
import { functionUrlOf } from "../../clients/code/function-url.ts";
import { postToFunction } from "../../clients/code/http-post.ts";
import { statusFault } from "../../clients/code/http-status.ts";
import {
  acceptedBefore,
  failureBehind,
  leadsOn,
  type OutgoingRequest,
  redirectOf,
} from "../../clients/http/exchange.ts";
import { patienceOf } from "../../clients/http/failure-code.ts";
import { maxResponseBytes } from "../../clients/http/read-body.ts";
import { type ShownAnswer, shownAnswer, type UsedCredentials } from "../../clients/http/shown-answer.ts";
import { signed } from "./sign.ts";
import type { HttpCallee } from "./target.ts";

/** The result of an HTTP function's job. The function has done its work, so no body, however malformed, fails the job. */
export type HttpResult = ShownAnswer;

type FunctionCall = Pick<Execution, "idempotencyKey" | "signal" | "deadline" | "secrets" | "clock" | "room" | "trace">;
/** A call that notes the credentials which it uses. */
type Crediting = FunctionCall & { used: UsedCredentials };

/**
 * POSTs the payload, or nothing without one, and resolves with the response if its status is 2xx. Redirects are followed within the
 * origin, as for actions.
 */
export async function callHttp(
  clients: LambdaClients,
  callee: HttpCallee,
  payload: string | undefined,
  call: FunctionCall,
) {
  const { idempotencyKey, clock, trace } = call;
  const headers = new Headers({
    ...(payload !== undefined && { "content-type": "application/json" }),
    accept: "application/json, */*;q=0.5",
    "user-agent": "ductape-jobs",
    "idempotency-key": idempotencyKey,
    ...trace,
  });
  const url = await functionUrlOf(callee, call);
  const request = { method: "POST", url, headers, ...(payload !== undefined && { body: payload }) };
  const used: UsedCredentials = new Set();
  const { answer, sent, accepted } = await callFollowingRedirects(clients, callee, request, { ...call, used });
  const fault = statusFault(answer, clock.now(), { sent, used, accepted });
  if (fault) throw fault;
  const { status, body: bytes, isBroken = false } = answer;
  return shownAnswer({ status, headers: new Headers(answer.headers) }, { bytes, isBroken }, used);
}

async function callFollowingRedirects(
  clients: LambdaClients,
  callee: HttpCallee,
  request: OutgoingRequest,
  call: Crediting,
) {
  let next = request;
  for (let redirects = 0; ; redirects += 1) {
    const accepted = acceptedBefore(request, next);
    const hop = next;
    const sending = accepted
      ? withDeadline(call, (signal) => authorizedPost(clients, callee, hop, { ...call, signal }))
      : authorizedPost(clients, callee, hop, call);
    const { answer, sent } = await sending.catch((error: unknown) => {
      throw failureBehind(accepted, error);
    });
    const seen = { status: answer.status, headers: new Headers(answer.headers) };
    if (!leadsOn(seen)) return { answer, sent: [request, sent], accepted };
    next = redirectOf(next, seen, redirects, "function");
  }
}

async function authorizedPost(clients: LambdaClients, callee: HttpCallee, request: OutgoingRequest, call: Crediting) {
  const { method, url, body } = request;
  const plain = { method, url, headers: Object.fromEntries(request.headers), body };
  const headers = await authorizeCall(clients, callee, plain, call);
  for (const credential of signedCredentials(headers)) call.used.add(credential);
  const answer = await postToFunction(url, {
    ...plain,
    headers,
    largest: maxResponseBytes,
    signal: call.signal,
    room: call.room,
    patience: patienceOf(call),
    keepsPart: true,
  });
  return { answer, sent: { url, headers: Object.entries(headers), body } };
}

interface Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
}

async function authorizeCall(
  clients: LambdaClients,
  { auth }: HttpCallee,
  request: Request,
  { secrets, clock }: FunctionCall,
) {
  if (auth.type === "iam") return signed(clients, request, auth.region, new Date(clock.now()));
  if (auth.type === "none") return request.headers;
  const token = (await secrets.resolve(auth.token)).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return { ...request.headers, authorization: `Bearer ${token}` };
  throw new JobError("CONFIGURATION_ERROR", `${referenceName(auth.token)} is not a bearer token.`);
}

/** The token or the signature of a request, and the token of the role that has signed it. */
const signedCredentials = ({
  authorization = "",
  "x-amz-security-token": token = "",
}: Record<string, string>): string[] =>
  [authorization.replace(/^Bearer /, ""), /Signature=(\w+)/.exec(authorization)?.[1] ?? "", token].filter(Boolean);
