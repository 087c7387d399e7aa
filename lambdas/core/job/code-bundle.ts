import type { CallMessage } from "./code-messages.ts";
import type { DecideMessage, StepMessage } from "./decide-messages.ts";

/*
 * What the engine and the code that a deployment has made say to each other beyond the messages of decisions. A team's bundle contains this
 * file, so it imports nothing but types.
 */

/** A message with a link to the code that a run began with, for a process that has refused it as unknown. */
export type DecideQuestion = ((DecideMessage | StepMessage) & { code?: { url: string } }) | BundleMessage;

/** The engine asks for the code of a feature itself, to keep it. */
export interface BundleMessage {
  v: number;
  kind: "bundle";
  feature: string;
  /** The hash of the code that has answered. */
  definition: string;
  job_id: string;
  deadline_ms: number;
}

/** The module, gzipped and in base64. */
export interface CodeBundle {
  v: number;
  bundle: string;
}

/** Whatever the code of a product is sent. */
export type CodeMessage = CallMessage | DecideQuestion;

/** The job that a message is about, and what of the code it concerns. */
export const aboutOf = (message: CodeMessage): { job_id: string; name: string } => {
  if (message.kind === "call") return { job_id: message.job_id, name: message.function };
  return message.kind === "bundle"
    ? { job_id: message.job_id, name: message.feature }
    : { job_id: message.run.id, name: message.run.feature };
};
