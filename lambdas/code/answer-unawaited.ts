import type { CodeMessage } from "../core/job/code-bundle.ts";
import { aboutOf } from "../core/job/code-bundle.ts";
import {
  type AnswerBy,
  type CallAnswer,
  type CallMessage,
  codeVersion,
  fitsIntoQueue,
  type KeptAnswer,
  largestAnswerInMessage,
} from "../core/job/code-messages.ts";
import { outOfTime } from "./answer-call.ts";
import { reportLive } from "./report-live.ts";

/** How many milliseconds a call has left: an event may have waited before it came. */
export const leftOf = (message: unknown, deadlineMs: number): number => {
  const by = answerBy(message);
  return by ? Math.max(0, Math.min(deadlineMs, by.until - Date.now())) : deadlineMs;
};

const answerBy = (message: unknown): AnswerBy | undefined => {
  const { reply, answer } = Object(message) as Partial<CallMessage>;
  return reply === "callback" ? answer : undefined;
};

/** Answers a message; tells `live` what is reported until then. */
type Answering<Answer> = (message: unknown, live?: (progress: unknown) => void) => Promise<Answer>;

/**
 * Answers a message, also one for whose answer nobody waits: Lambda sends what this resolves with to the engine. What a message has no room for
 * is put where the question says, and so is what a function reports while it runs. Throws if that fails, which ends the attempt.
 */
export async function answerUnawaited<Answer>(
  answering: Answering<Answer>,
  given: unknown,
): Promise<Answer | CallAnswer | KeptAnswer> {
  const by = answerBy(given);
  if (!by) return answering(given);
  const message = given as CodeMessage;
  const { name } = aboutOf(message);
  const deadline_ms = leftOf(message, message.deadline_ms);
  if (deadline_ms === 0) return { v: codeVersion, outcome: outOfTime(name, message.deadline_ms) };
  const live = reportLive(by.progress_url);
  const answer = await answering({ ...message, deadline_ms }, live.report);
  live.end();
  const json = JSON.stringify(answer);
  const bytes = Buffer.byteLength(json);
  if (bytes <= largestAnswerInMessage && fitsIntoQueue(json)) return answer;
  const put = await fetch(by.result_url, { method: "PUT", body: json });
  if (!put.ok) throw new Error(`The result of ${name} could not be put into the bucket: status ${put.status}.`);
  return { v: codeVersion, kept: { bytes } };
}
