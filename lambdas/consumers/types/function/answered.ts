import * as z from "zod";
import { aboutOf } from "../../../core/job/code-bundle.ts";
import { type CallMessage, largestCodeResult } from "../../../core/job/code-messages.ts";
import type { StepMessage } from "../../../core/job/decide-messages.ts";
import type { Job } from "../../../core/job/job.ts";
import { changedError, JobError } from "../../../core/job/job-error.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import type { ExecuteWithServices } from "../../../core/operations/execution.ts";
import { largeAnswerKey, liveProgress } from "../../../core/operations/live-progress.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { BlobStore } from "../../../core/ports/blob-store.ts";
import { endedProcess } from "../../clients/aws/lambda-code.ts";
import { parseCodeAnswer } from "../../clients/code/parse-code-answer.ts";
import { endCalled, type ReadEnd, type RunJobOptions } from "../../engine/run-job.ts";
import { outcomeIn } from "./code.ts";
import { putOffBy, stepOutcomeIn } from "./own-step.ts";

const asked = { v: z.literal(1), deadline_ms: z.number(), answer: z.looseObject({ token: z.string() }) };

/** A call, or a step of a feature, as it comes back with its answer. */
const Question = z.discriminatedUnion("kind", [
  z.looseObject({
    ...{ kind: z.literal("call"), function: z.string(), job_id: z.string(), product: z.string() },
    ...asked,
  }),
  z.looseObject({
    ...{ kind: z.literal("step"), key: z.string(), run: z.looseObject({ id: z.string(), feature: z.string() }) },
    ...asked,
  }),
]);

/**
 * What Lambda tells of an invocation for which nobody has waited: to what it has come, with the question.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const CodeSaid = z.object({
  requestContext: z.object({ condition: z.string() }),
  requestPayload: Question,
  responseContext: z.object({ functionError: z.string().nullish() }).nullish(),
  responsePayload: z.unknown().optional(),
});
export type CodeSaid = z.output<typeof CodeSaid>;

const Kept = z.object({ v: z.literal(1), kept: z.object({ bytes: z.int().min(0) }) });

/** Ends the attempt whose code has answered, or whose process has ended. What nobody here has signed ends nothing. */
export async function endBy(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  said: CodeSaid,
  options?: RunJobOptions,
): Promise<void> {
  const handed = await services.answerTokens?.read(said.requestPayload.answer.token);
  if (!handed) {
    services.log.warn("an answer was ignored: its token is not signed by this deployment");
    return;
  }
  await endCalled(services, execute, handed, readEndOf(said), options);
}

type Sent = CallMessage | StepMessage;

const readEndOf =
  ({ requestPayload, requestContext, responseContext, responsePayload }: CodeSaid): ReadEnd =>
  async (job, { services: { blobs, clock }, room }) => {
    const message = requestPayload as unknown as Sent;
    const outcome = (given: unknown) =>
      message.kind === "call" ? outcomeIn(message, given) : stepOutcomeIn(message, given);
    if (responseContext?.functionError || requestContext.condition !== "Success") {
      const failure = notAnswered(message, requestContext.condition, responsePayload);
      const later = message.kind === "step" && putOffBy(failure, job, clock.now());
      if (later) return later;
      const reported = await liveProgress(blobs, job).catch(() => undefined);
      throw reported ? changedError(failure, { progress: reported.v }) : failure;
    }
    const kept = Kept.safeParse(responsePayload);
    if (!kept.success) return outcome(responsePayload);
    const { bytes } = kept.data.kept;
    if (bytes > largestCodeResult + frameBytes) throw answerTooLarge(message, bytes);
    await room.forAnswer(bytes, AbortSignal.timeout(readMs)).catch((cause) => {
      throw new TransientError("NO_MEMORY", "Other answers leave no memory for this one.", { cause });
    });
    return outcome(await largeAnswer(blobs, job, message, bytes));
  };

/** For the frame of a result. */
const frameBytes = 300_000;
/** How long an answer may wait for memory: the message comes again after that. */
const readMs = 60_000;

async function largeAnswer(blobs: BlobStore, job: Job, message: Sent, bytes: number): Promise<unknown> {
  const key = largeAnswerKey(job);
  const stream = await blobs.stream(key);
  stream?.body.destroy();
  if (stream && stream.bytes > bytes) throw answerTooLarge(message, stream.bytes);
  const found = stream && (await blobs.get(key));
  return found && parseCodeAnswer(found);
}

const answerTooLarge = (message: Sent, bytes: number) =>
  new JobError(
    "PROVIDER_ERROR",
    `${aboutOf(message).name} has run, but its answer of ${bytes} bytes is larger than the ${largestCodeResult} that are kept.`,
    { retryable: false },
  );

/** Lambda has not called the code, or it has ended without an answer. */
function notAnswered(message: Sent, condition: string, payload: unknown): JobError {
  if (condition === "EventAgeExceeded")
    return new JobError(
      "SERVICE_UNAVAILABLE",
      `${aboutOf(message).name} could not begin within a minute: its Lambda function runs as often as it may.`,
      { nothingDone: true },
    );
  return endedProcess(message, JSON.stringify(payload ?? {}));
}
