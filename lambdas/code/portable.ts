import type { Reference } from "../core/catalog/references.ts";
import { type CallMessage, codeVersion, type FailedOutcome, mayBeRetried } from "../core/job/code-messages.ts";
import {
  isPortablySigned,
  type PortableFailure,
  type PortableFunction,
  type PortableInvocation,
  portableName,
  portablePrefix,
} from "../core/job/portable-function.ts";
import { answerCall } from "./answer-call.ts";
import type { CodeFunction } from "./define-function.ts";
import { boundedBody, type FetchHandler, json } from "./serve.ts";

export interface PortableOptions {
  /** What the functions are called together: `shop.pricing`. */
  namespace: string;
  /** The version of that contract. */
  version: string;
  /** The functions, by the names of their operations. */
  operations: Readonly<Record<string, CodeFunction>>;
  /** What signs the invocations, or several while it is being changed. */
  accessKey: string | readonly string[];
  /**
   * Gives the values of secrets and parameters that a function asks for by `ctx.secret`.
   * @default - there are none
   */
  resolve?: (reference: Reference) => string | Promise<string>;
}

/** How long an operation may take whose invocation does not say so, in milliseconds. */
const defaultMs = 60_000;
/** A timer of Node that is longer ends at once. */
const longestTimerMs = 2 ** 31 - 1;

const statusOf: Readonly<Record<string, number>> = {
  FUNCTION_CONTRACT_INVALID: 400,
  FUNCTION_SIGNATURE_INVALID: 401,
  FUNCTION_OPERATION_NOT_FOUND: 404,
  FUNCTION_REQUEST_TOO_LARGE: 413,
  FUNCTION_UNAVAILABLE: 503,
  FUNCTION_TIMEOUT: 504,
};

/**
 * One handler of functions that Ductape's features call as portable ones, at `/.well-known/ductape/functions/<namespace>/<version>/<operation>`: the same functions,
 * in another spelling of the protocol. The caller gets the name and the message of what a function throws.
 * @example
 * app.all("/.well-known/ductape/functions/*", (c) => handler(c.req.raw));
 */
export function servePortable({ namespace, version, operations, accessKey, resolve }: PortableOptions): FetchHandler {
  const keys = [accessKey].flat();
  if (keys.length === 0 || keys.includes("")) throw new TypeError("servePortable needs an access key.");
  const host = {
    functions: Object.fromEntries(
      Object.entries(operations).map(([name, one]) => [
        name,
        { load: async () => ({ [name]: one }), export: name, file: "servePortable" },
      ]),
    ),
    readsAny: true,
    resolve: async (reference: Reference) => {
      if (resolve) return resolve(reference);
      throw new Error("servePortable was given no `resolve`, which gives the values of secrets.");
    },
    write: (line: string) => console.log(line),
  };
  return async (request) => {
    const id = request.headers.get("x-ductape-invocation-id") ?? "";
    if (request.method !== "POST")
      return refusedInvocation(id, contract("POST an invocation to the route of an operation."), 405);
    const body = await boundedBody(request);
    if (body === undefined) return refusedInvocation(id, { code: "FUNCTION_REQUEST_TOO_LARGE", message: "Too large." });
    const timestamp = request.headers.get("x-ductape-timestamp") ?? "";
    const signed = request.headers.get("x-ductape-signature") ?? "";
    // Before anything of the body is read.
    if (!keys.some((key) => isPortablySigned(key, { timestamp, signed, body, now: Date.now() })))
      return refusedInvocation(id, {
        code: "FUNCTION_SIGNATURE_INVALID",
        message: "The invocation is not signed with this access key, or not within the last five minutes.",
      });
    const invocation = invocationIn(body);
    if (!invocation)
      return refusedInvocation(id, contract("The body is no invocation: it has `function`, `input` and `context`."));
    const { function: of, context } = invocation;
    const mismatch = mismatchOf(request, of);
    if (mismatch)
      return refusedInvocation(context.invocation_id, { code: "FUNCTION_ROUTE_MISMATCH", message: mismatch });
    if (of.namespace !== namespace || of.version !== version || !Object.hasOwn(operations, of.operation))
      return refusedInvocation(context.invocation_id, {
        code: "FUNCTION_OPERATION_NOT_FOUND",
        message: `There is no ${portableName(of)} here, only ${Object.keys(operations).map((operation) => portableName({ namespace, version, operation }))}.`,
      });
    const answer = await answerCall(host, portableMessage(invocation));
    if ("refuse" in answer)
      return refusedInvocation(context.invocation_id, { code: "FUNCTION_UNAVAILABLE", message: answer.refuse.message });
    const { outcome } = answer;
    if (outcome.is === "completed") return json(200, { invocation_id: context.invocation_id, output: outcome.value.v });
    return refusedInvocation(context.invocation_id, portableFailure(outcome));
  };
}

const contract = (message: string): PortableFailure => ({ code: "FUNCTION_CONTRACT_INVALID", message });

function portableFailure({ by, error, code, ...steering }: FailedOutcome): PortableFailure {
  const codes = {
    input: "FUNCTION_SCHEMA_VALIDATION_FAILED",
    result: "FUNCTION_SCHEMA_VALIDATION_FAILED",
    timeout: "FUNCTION_TIMEOUT",
    threw: code ?? error.name,
  };
  return { code: codes[by], message: error.message, retryable: mayBeRetried({ by, ...steering }) };
}

/** A signed invocation that is sent on to another route, or with another name, is refused. */
function mismatchOf(request: Request, of: PortableFunction): string | undefined {
  const named = request.headers.get("x-ductape-function");
  if (named !== null && named !== portableName(of))
    return `The header says ${named}, and the body ${portableName(of)}.`;
  const { pathname } = new URL(request.url);
  const at = pathname.indexOf(portablePrefix);
  // A server in front may have another route.
  if (at < 0) return undefined;
  const route = pathname.slice(at + portablePrefix.length);
  const said = [of.namespace, of.version, of.operation].map(encodeURIComponent).join("/");
  return route === said ? undefined : `The route is that of ${route}, and the body that of ${said}.`;
}

function invocationIn(body: string): PortableInvocation | undefined {
  try {
    const { function: of, input, context } = JSON.parse(body) as PortableInvocation;
    const isNamed = [of.namespace, of.operation, of.version].every((part) => typeof part === "string");
    return isNamed && typeof context.invocation_id === "string" ? { function: of, input, context } : undefined;
  } catch {
    return undefined;
  }
}

function portableMessage({ function: { operation }, input, context }: PortableInvocation): CallMessage {
  const left = Date.parse(context.deadline_at ?? "") - Date.now();
  return {
    v: codeVersion,
    kind: "call",
    function: operation,
    ...(input !== undefined && { payload: input }),
    job_id: context.invocation_id,
    run: 1,
    attempt: 1,
    product: String(context.product ?? ""),
    env: String(context.env ?? ""),
    event: operation,
    idempotency_key: context.invocation_id,
    deadline_ms: Number.isNaN(left) ? defaultMs : Math.min(longestTimerMs, Math.max(1, left)),
    reply: "sync",
  };
}

const refusedInvocation = (
  invocation_id: string,
  { retryable = false, ...error }: PortableFailure,
  status = statusOf[error.code] ?? 422,
) => json(status, { invocation_id, error: { ...error, retryable } });
