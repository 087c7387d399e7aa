import { hash } from "node:crypto";
import type { Job } from "./job.ts";
import type { Signal, SignalAddress } from "./signal.ts";

/** A value that is shown to the person who decides. */
export interface ShownValue {
  label?: string;
  value: string;
}

/** An approval that is open: a step of a run that waits for a person. */
export interface Approval {
  id: string;
  product: string;
  env: string;
  job_id: string;
  run: number;
  attempt: number;
  /** `sequence.step`. */
  step: string;
  title: string;
  show: ShownValue[];
  choices: string[];
  /** Who is asked, in the order of their tokens. */
  asked: string[];
  /** When it began and when it ends by itself, in epoch milliseconds. */
  opened_at: number;
  until: number;
}

/** What a decision says: a choice of a person, or that nobody chose in time. */
export interface Decision {
  choice?: string;
  /** The recipient, or the id of an API key. */
  by?: string;
  /** Epoch milliseconds. */
  at: number;
  note?: string;
  timed_out?: true;
}

export const approvalIdPattern = /^apr_[0-9a-f]{32}_[0-9a-f]{16}$/;

/**
 * The id of an approval, from which its job can be told. Each attempt of a run has its approvals, so that a retry asks anew. The time of
 * creation is part of it for the same reason as in `stepJobId`. `openedAt`, if a step of this name may be opened more than once in an attempt:
 * a definition may drop it, and a later one bring it back.
 */
export function approvalIdOf(
  { id, created_at, run, attempt }: Pick<Job, "id" | "created_at" | "run" | "attempt">,
  step: string,
  openedAt?: number,
): string {
  const parts = [id, created_at, run, attempt, step, "approval", ...(openedAt === undefined ? [] : [openedAt])];
  const told = hash("sha256", JSON.stringify(parts), "hex").slice(0, 16);
  return `apr_${id.slice("job_".length)}_${told}`;
}

/** The id of the job whose run an approval belongs to. Undefined for what is no id of an approval. */
export const jobIdOfApproval = (id: string): string | undefined =>
  approvalIdPattern.test(id) ? `job_${id.slice(4, 36)}` : undefined;

/** How the name of the signal begins as which a decision is kept. */
const decisionSignal = "approval ";

/**
 * Where the decision of an approval is put: an address of its run that no signal of a catalog can have, as tags have no spaces. Runs of code
 * take signals of any name, so a caller's has to be looked at (`isOfDecision`).
 */
export const decisionAddress = ({ product, env }: Pick<Job, "product" | "env">, id: string): SignalAddress => ({
  product,
  env,
  signal: decisionSignal + id.slice(-16),
  to: { job_id: jobIdOfApproval(id) ?? "" },
});

/** Whether a signal of this name, to a run, would be the decision of an approval. */
export const isOfDecision = (signal: string): boolean =>
  signal.startsWith(decisionSignal) && /^[0-9a-f]{16}$/.test(signal.slice(decisionSignal.length));

/** A decision as the message that it is. */
export interface DecisionMessage extends Signal {
  /** With the title, for those who come later. */
  payload: Omit<Decision, "at"> & { title: string };
}

export function decisionIn({ at, payload }: Signal): Decision {
  const { title: _title, ...decision } = payload as DecisionMessage["payload"];
  return { ...decision, at };
}
