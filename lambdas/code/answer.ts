import type { CallAnswer } from "../core/job/code-messages.ts";
import type {
  DecideAnswer,
  DecideMessage,
  DecideRefusal,
  StepAnswer,
  StepMessage,
} from "../core/job/decide-messages.ts";
import { answerCall, type CodeHost } from "./answer-call.ts";
import type { Decisions } from "./feature/answer-decide.ts";

/** What the code of a product answers with. */
export interface AnsweringHost extends CodeHost {
  /** Decides what runs of features do. Absent where there are none. */
  decisions?: Decisions;
}

/** Answers a message of the engine, of any kind. */
export async function answer(host: AnsweringHost, message: unknown): Promise<CallAnswer | DecideAnswer | StepAnswer> {
  const { kind } = Object(message) as { kind?: unknown };
  if (kind !== "decide" && kind !== "step") return answerCall(host, message);
  if (!isReplayed(message)) return messageRefusal("PROTOCOL", `This code speaks version ${version} of the protocol.`);
  if (!host.decisions) return messageRefusal("UNKNOWN_FEATURE", `This code has no feature ${message.run.feature}.`);
  return message.kind === "step" ? host.decisions.step(message) : host.decisions.decide(message);
}

const version = 1;

const messageRefusal = (code: DecideRefusal["refuse"]["code"], message: string): DecideRefusal => ({
  v: version,
  refuse: { code, message },
});

/** Of a later version only what this one knows is answered. */
function isReplayed(message: unknown): message is DecideMessage | StepMessage {
  const { v, run, input, log, from, deadline_ms } = message as Partial<DecideMessage>;
  return (
    v === version &&
    typeof Object(run).feature === "string" &&
    typeof Object(run).definition === "string" &&
    typeof Object(run).seed === "string" &&
    typeof Object(run).started_at === "number" &&
    typeof input === "object" &&
    Array.isArray(log) &&
    typeof from === "number" &&
    typeof deadline_ms === "number"
  );
}
