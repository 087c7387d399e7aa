import * as z from "zod";
import type { CallAnswer, CallMessage, FailedOutcome } from "../../../core/job/code-messages.ts";
import { JobError } from "../../../core/job/job-error.ts";
import {
  type PortableFunction,
  type PortableInvocation,
  portableHeaders,
  portablePath,
} from "../../../core/job/portable-function.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { functionUrlOf } from "../../clients/code/function-url.ts";
import { type HttpAnswer, postToFunction } from "../../clients/code/http-post.ts";
import { statusFault } from "../../clients/code/http-status.ts";
import { parseCodeAnswer } from "../../clients/code/parse-code-answer.ts";
import { patienceOf } from "../../clients/http/failure-code.ts";
import { maxResponseBytes } from "../../clients/http/read-body.ts";
import type { PortableCallee } from "./target.ts";

const Answer = z.union([
  z.object({ invocation_id: z.string(), output: z.unknown() }).refine((answer) => "output" in answer),
  z.object({
    invocation_id: z.string().optional(),
    error: z.object({ code: z.string().max(100), message: z.string(), retryable: z.boolean().optional() }),
  }),
]);

/**
 * A portable function of Ductape, in whatever language it is written: a signed POST to its well-known route. Each attempt is an invocation with an id that is not used
 * again, because a host may answer a repeated one with what it answered before.
 */
export const portableCode = (
  callee: PortableCallee,
  { secrets, clock, deadline, trace }: Pick<Execution, "secrets" | "clock" | "deadline" | "trace">,
): CodeInvoker => ({
  async call(_product, message, { signal, room }) {
    if (message.kind !== "call") throw new JobError("CONFIGURATION_ERROR", "A portable function takes calls only.");
    const of: PortableFunction = {
      namespace: callee.namespace,
      version: callee.version,
      operation: callee.operation ?? message.function,
    };
    const id = `${message.job_id}-${message.run}-${message.attempt}`;
    const now = clock.now();
    const body = JSON.stringify(invocationOf(message, of, { id, deadline }));
    const [base, key] = await Promise.all([functionUrlOf(callee, { secrets }), secrets.resolve(callee.access_key)]);
    const url = new URL(base);
    url.pathname = url.pathname.replace(/\/$/, "") + portablePath(of);
    const answer = await postToFunction(url, {
      method: "POST",
      headers: { ...portableHeaders(key.trim(), { of, id, body, now }), ...trace },
      body,
      largest: maxResponseBytes,
      signal,
      room,
      patience: patienceOf({ signal, clock, deadline }),
    });
    return answerOf(answer, id, clock.now());
  },
});

const invocationOf = (
  { job_id, run, product, env, event, payload }: CallMessage,
  of: PortableFunction,
  { id, deadline }: { id: string; deadline: number },
): PortableInvocation => ({
  function: of,
  input: payload ?? {},
  context: {
    product,
    env,
    feature_id: job_id,
    feature_tag: event,
    feature_run_id: `${job_id}-${run}`,
    step_tag: of.operation,
    invocation_id: id,
    deadline_at: new Date(deadline).toISOString(),
  },
});

function answerOf(answer: HttpAnswer, id: string, now: number): CallAnswer {
  const said = Answer.safeParse(parseCodeAnswer(answer.body));
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (!said.success) {
    const fault = statusFault({ ...answer, body: Buffer.alloc(0) }, now, { sent: [] });
    throw (
      fault ??
      new JobError("PROVIDER_ERROR", "The function answered with something that is no answer of a portable one.")
    );
  }
  const { data } = said;
  if ("output" in data) {
    if (!isSuccess) throw statusFault({ ...answer, body: Buffer.alloc(0) }, now, { sent: [] }) as JobError;
    if (data.invocation_id === id) return { v: 1, outcome: { is: "completed", value: { v: data.output } } };
    throw new JobError("PROVIDER_ERROR", "The function answered another invocation than this one.", {
      providerCode: "FUNCTION_CORRELATION_MISMATCH",
    });
  }
  const { code, message, retryable = answer.status >= 500 } = data.error;
  if (code === "FUNCTION_SIGNATURE_INVALID")
    throw new JobError(
      "UNAUTHORIZED",
      "The function refused the signature of the invocation: both sides need the same access key, and clocks at most five minutes apart.",
    );
  return { v: 1, outcome: { is: "failed", by: by[code] ?? "threw", error: { name: code, message }, code, retryable } };
}

const by: Readonly<Record<string, FailedOutcome["by"]>> = {
  FUNCTION_SCHEMA_VALIDATION_FAILED: "input",
  FUNCTION_TIMEOUT: "timeout",
};
