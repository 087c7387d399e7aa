import {
  type Approval,
  type Decision,
  type DecisionMessage,
  decisionAddress,
  decisionIn,
  jobIdOfApproval,
} from "../job/approval.ts";
import { isFinished, type Job, jobMessageOf, shownStatus } from "../job/job.ts";
import { isRollingBack } from "../job/run-wait.ts";
import { signalKeptMs } from "../job/signal.ts";
import { defined } from "../kernel/defined.ts";
import { RequestError } from "../kernel/request-error.ts";
import { didYouMean } from "../kernel/schema.ts";
import type { Approvals } from "../ports/approvals.ts";
import type { Clock } from "../ports/clock.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import type { Signals } from "../ports/signals.ts";
import { wakeAll } from "./send-signal.ts";

export interface Deciding {
  jobs: Pick<JobStore, "get">;
  approvals: Pick<Approvals, "get">;
  signals: Pick<Signals, "first" | "decide">;
  queue: Pick<JobQueue, "sendMany">;
  clock: Clock;
  log: Log;
}

/** What has become of an approval. */
export type FoundApproval =
  | { is: "open"; approval: Approval; job: Job }
  | { is: "decided"; decision: Decision; title?: string; job: Job }
  /** Its time is over, or its run, or the run waits for it no more: it has gone on, or has asked again. */
  | { is: "over"; why: "time" | "run" | "gone on"; job: Job; approval?: Approval }
  /** There is no such job, any more. */
  | { is: "gone" };

/** Whether a decision was made on an approval, and by which of two. */
export interface DecidedApproval {
  decision: Decision;
  /** Whether it is the one that was asked for: of two at once, the other one came first. */
  isOurs: boolean;
}

/** Looks an approval up by its id. All reads are consistent. */
export async function findApproval(
  { jobs, approvals, signals, clock }: Omit<Deciding, "queue" | "log">,
  id: string,
): Promise<FoundApproval> {
  const job_id = jobIdOfApproval(id);
  const job = job_id === undefined ? undefined : await jobs.get(job_id);
  if (!job) return { is: "gone" };
  const [message, approval] = await Promise.all([
    signals.first(decisionAddress(job, id), 0, () => true),
    approvals.get(job.product, job.env, id),
  ]);
  if (message) {
    const { title } = message.payload as { title?: string };
    return { is: "decided", decision: decisionIn(message), ...defined({ title }), job };
  }
  const listed = defined({ approval });
  if (isFinished(job)) return { is: "over", why: "run", job, ...listed };
  if (!approval || approval.run !== job.run || approval.attempt !== job.attempt || isRollingBack(job))
    return { is: "over", why: "gone on", job, ...listed };
  return clock.now() < approval.until ? { is: "open", approval, job } : { is: "over", why: "time", job, approval };
}

/** A choice, and who made it. */
export interface Choosing {
  choice: string;
  by: string;
  note?: string | undefined;
}

/**
 * Decides an approval that was found open, and wakes its run. The decision is one conditional write: of several at once, and of a decision and
 * the time-out, exactly one counts. The run, and the table's stream if this process dies, do the rest.
 */
export async function decideApproval(
  services: Deciding,
  { approval, job }: Extract<FoundApproval, { is: "open" }>,
  { choice, by, note }: Choosing,
): Promise<DecidedApproval> {
  requireChoice(approval, choice);
  const { signals, clock } = services;
  const at = clock.now();
  const wake = jobMessageOf(job);
  const payload = { choice, by, ...defined({ note }), title: approval.title };
  const message: DecisionMessage = { id: crypto.randomUUID(), at, payload, wake };
  const there = await signals.decide(decisionAddress(job, approval.id), message, at + signalKeptMs);
  const isOurs = there.id === message.id;
  if (isOurs) await wakeAll(services, job, [wake]);
  return { decision: decisionIn(there), isOurs };
}

/** Throws INVALID_REQUEST for a choice that the approval does not offer. */
export function requireChoice({ choices }: Pick<Approval, "choices">, choice: string): void {
  if (choices.includes(choice)) return;
  const detail = `is none of the choices: ${choices.join(", ")}.${didYouMean(choice, choices)}`;
  throw new RequestError("INVALID_REQUEST", `The request is not valid: /choice ${detail}`, {
    faults: [{ pointer: "/choice", detail }],
  });
}

/** What a decision says, for people and for programs. */
export const decisionSentence = ({ choice, by, timed_out }: Decision): string => {
  if (timed_out) return choice === undefined ? "timed out" : `timed out, which means ${choice}`;
  return `decided: ${choice}${by === undefined ? "" : `, by ${by}`}`;
};

/** Why an approval cannot be decided. */
export function notDecidable(found: Exclude<FoundApproval, { is: "open" }>, now: number): RequestError {
  if (found.is === "gone") return approvalNotFound();
  const { job } = found;
  const options = { jobId: job.id, jobStatus: shownStatus(job, now) };
  if (found.is === "decided")
    return new RequestError("STATE_CONFLICT", `The approval was ${decisionSentence(found.decision)}.`, options);
  const why = {
    time: "The time of the approval is over.",
    run: `The run is ${options.jobStatus}: nothing waits for a decision any more.`,
    "gone on": "The run does not wait for this decision any more.",
  }[found.why];
  return new RequestError("STATE_CONFLICT", why, options);
}

export const approvalNotFound = () =>
  new RequestError("APPROVAL_NOT_FOUND", "There is no approval with this id. Finished jobs are deleted with theirs.");
