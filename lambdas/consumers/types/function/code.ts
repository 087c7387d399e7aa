import { type CallMessage, codeVersion, keptThrown, mayBeRetried } from "../../../core/job/code-messages.ts";
import { JobError, type JobErrorCode } from "../../../core/job/job-error.ts";
import { providerCodeOf } from "../../../core/job/provider-code.ts";
import { type AttemptServices, Finished } from "../../../core/operations/execution.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { CodeAnswer, type Failed } from "../../clients/code/code-answer.ts";
import type { ExecutionOf } from "../define-job-type.ts";
import type { cloudFunction } from "./definition.ts";
import { sentUnawaited } from "./unawaited.ts";

type FunctionExecution = ExecutionOf<typeof cloudFunction>;

/** The code answers this much before the attempt is over, so that what it says of its own end arrives. */
const answerMarginMs = 250;

/** Runs a function of the team's own. Its last progress is kept with the result or the failure. */
export async function callCode(
  invoker: CodeInvoker,
  execution: FunctionExecution,
  services?: AttemptServices,
): Promise<unknown> {
  const message = callMessageOf(execution);
  const handed = services && (await sentUnawaited(invoker, message, execution, services));
  return handed ?? outcomeIn(message, await invoker.call(execution.job.product, message, execution));
}

/** What a call has come to: the job's result, or a JobError that is thrown. */
export function outcomeIn(message: CallMessage, given: unknown): unknown {
  const answer = CodeAnswer.safeParse(given);
  if (!answer.success) throw unreadableAnswer(message);
  if ("refuse" in answer.data) throw new JobError("CONFIGURATION_ERROR", answer.data.refuse.message);
  const { outcome, progress } = answer.data;
  if (outcome.is === "failed") throw callFailure(message, outcome, progress);
  return progress === undefined ? outcome.value.v : new Finished(outcome.value.v, progress);
}

function callMessageOf({
  job,
  event,
  input,
  deadline,
  clock,
  idempotencyKey,
  progress,
  trace,
}: FunctionExecution): CallMessage {
  const left = Math.max(1, deadline - clock.now());
  return {
    v: codeVersion,
    kind: "call",
    function: event.function,
    ...("payload" in input && input.payload !== undefined && { payload: input.payload }),
    job_id: job.id,
    run: job.run,
    attempt: job.attempt,
    product: job.product,
    env: job.env,
    event: job.event,
    idempotency_key: idempotencyKey,
    deadline_ms: Math.ceil(left - Math.min(answerMarginMs, left / 20)),
    ...(progress !== undefined && { progress }),
    ...(trace && { trace }),
    reply: "sync",
  };
}

const unreadableAnswer = (message: CallMessage) =>
  new JobError(
    "PROVIDER_ERROR",
    `The code of ${message.product} answered ${message.function} with something that is no answer of version ${codeVersion}.`,
    {
      retryable: true,
    },
  );

const codes: Readonly<Record<Failed["by"], JobErrorCode>> = {
  threw: "PROVIDER_ERROR",
  input: "VALIDATION_ERROR",
  result: "PROVIDER_ERROR",
  timeout: "TIMEOUT",
};

/** The message says what failed and nothing of the function's own words, which may quote the payload: those are kept apart. */
function callFailure(message: CallMessage, { by, error, log, ...steering }: Failed, progress: unknown): JobError {
  const { function: name, payload } = message;
  const { retry_after_ms: retryAfterMs } = steering;
  const ownCode = providerCodeOf(steering.code) ?? providerCodeOf(error.name === "Error" ? undefined : error.name);
  const isQuoted = ownCode !== undefined && JSON.stringify(payload ?? "").includes(ownCode);
  const texts = {
    threw: `${name} threw ${/^[A-Za-z][\w.$]{0,99}$/.test(error.name) ? error.name : "something"}.`,
    input: `The payload is none that ${name} takes.`,
    result: `${name} has run, but what it returned cannot be kept.`,
    timeout: `${name} had not ended after ${message.deadline_ms} ms.`,
  };
  return new JobError(codes[by], texts[by], {
    retryable: mayBeRetried({ by, ...steering }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    providerCode: by === "threw" && !isQuoted ? ownCode : undefined,
    progress,
    written: log,
    thrown: keptThrown(error),
  });
}
