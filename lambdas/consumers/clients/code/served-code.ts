import type { ServeCallee } from "../../../core/catalog/serve-target.ts";
import type { CodeMessage } from "../../../core/job/code-bundle.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { signedHeaders } from "../../../core/outbound/signed-headers.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { patienceOf } from "../http/failure-code.ts";
import { maxResponseBytes } from "../http/read-body.ts";
import { functionUrlOf } from "./function-url.ts";
import { postToFunction } from "./http-post.ts";
import { statusFault } from "./http-status.ts";
import { parseCodeAnswer } from "./parse-code-answer.ts";

/** Code that runs behind a handler of `ductape-jobs/serve`: each message is a signed POST. Redirects are not followed. */
export const servedCode = (
  callee: ServeCallee,
  { secrets, clock, deadline, trace }: Pick<Execution, "secrets" | "clock" | "deadline" | "trace">,
): CodeInvoker => ({
  async call(_product, message, { signal, room }) {
    const body = JSON.stringify(message);
    const now = clock.now();
    const id = messageId(message);
    const [url, headers] = await Promise.all([
      functionUrlOf(callee, { secrets }),
      signedHeaders(secrets, callee, { id, body, now }),
    ]);
    const patience = patienceOf({ signal, clock, deadline });
    const largest = maxResponseBytes;
    const sent = { ...headers, ...trace };
    const answer = await postToFunction(url, { method: "POST", headers: sent, body, largest, signal, room, patience });
    if (answer.status === 401) throw refusedSignature();
    // The answer of the protocol is always 200; any other says that nothing there speaks it.
    const fault = statusFault({ ...answer, body: Buffer.alloc(0) }, clock.now(), { sent: [] });
    if (fault) throw fault;
    return parseCodeAnswer(answer.body);
  },
});

/** Names a message for its signature: calls by their attempt, and what a run asks by its place in the run. A header has no other characters. */
function messageId(message: CodeMessage): string {
  if (message.kind === "call") return `${message.job_id}-${message.run}-${message.attempt}`;
  if (message.kind === "bundle") return `${message.job_id}-${message.definition}`;
  const { run } = message;
  const place = message.kind === "decide" ? message.decision : encodeURIComponent(message.key.toWellFormed());
  return `${run.id}-${run.run}-${run.attempt}-${place}-${message.from}`;
}

/** A receiver refuses what is old as well, and one that reads another clock takes each message for old: `npm start` may be days ahead. */
const refusedSignature = () =>
  new JobError(
    "UNAUTHORIZED",
    "The code refused the signature of the message: both sides need the same secret, and clocks at most five minutes apart.",
  );
