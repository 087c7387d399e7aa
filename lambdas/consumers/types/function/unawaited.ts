import {
  type CallMessage,
  fitsIntoQueue,
  largestQuestionInMessage,
  longestAwaitedMs,
} from "../../../core/job/code-messages.ts";
import type { StepMessage } from "../../../core/job/decide-messages.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { AttemptServices, Execution, HandedOver } from "../../../core/operations/execution.ts";
import { largeAnswerKey, liveProgressKey } from "../../../core/operations/live-progress.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";

type Calling = Pick<Execution, "job" | "blobs" | "clock" | "deadline" | "signal">;

/** How long the links of a call are good beyond its time. */
const linkMarginSeconds = 60;

/**
 * Calls what may take long without waiting for it: a consumer that waits is billed like the code. Undefined where the answer has to be waited
 * for, also because the question is too large for an event or cannot be signed now.
 */
export async function sentUnawaited(
  { send }: CodeInvoker,
  message: CallMessage | StepMessage,
  execution: Calling,
  { claim: { handOver }, answerTokens }: AttemptServices,
): Promise<HandedOver | undefined> {
  const { job, blobs, clock, deadline } = execution;
  if (!send || !handOver || !answerTokens || job.timeout_ms <= longestAwaitedMs) return undefined;
  const json = JSON.stringify(message);
  if (Buffer.byteLength(json) > largestQuestionInMessage || !fitsIntoQueue(json)) return undefined;
  const { id: job_id, run, attempt, claim_id = "" } = job;
  const token = await answerTokens.sign({ job_id, run, attempt, claim_id }).catch(ignoreJobError);
  if (token === undefined) return undefined;
  const seconds = Math.ceil((deadline - clock.now()) / 1000) + linkMarginSeconds;
  const [result_url, progress_url] = await Promise.all([
    blobs.replaceUrl(largeAnswerKey(job), seconds),
    blobs.replaceUrl(liveProgressKey(job), seconds),
  ]);
  const answer = { token, until: clock.now() + message.deadline_ms, result_url, progress_url };
  return handOver(() => send(job.product, { ...message, reply: "callback", answer }, execution));
}

/** The keys are out of reach for a moment: that must not spend an attempt. */
function ignoreJobError(error: unknown): undefined {
  if (!(error instanceof JobError)) throw error;
}
