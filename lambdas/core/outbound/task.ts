import { isFinished, type Job } from "../job/job.ts";
import type { Outcome, TaskMessage } from "./task-message.ts";
/** Seconds from one heartbeat of a task to the next. */
export const heartbeatSeconds = 60;

type Heartbeat = Extract<TaskMessage, { kind: "heartbeat" }>;

/** The heartbeat that comes after a time, the same for all who ask: of those that were doubled one is to go on. */
export const nextHeartbeat = (message: Heartbeat, after: number): Heartbeat => ({
  ...message,
  at: after + heartbeatSeconds * 1000,
});

/** A heartbeat's name, by which its double is known; undefined for a message of an older version. */
export const heartbeatName = ({ job_id, token, at }: Heartbeat): string | undefined =>
  at === undefined ? undefined : `heartbeat ${job_id} ${at} ${token}`;

/**
 * What Step Functions is to be told of a write of a job: of its end, or from now on that it still goes on. `at` is the time of
 * the write, epoch milliseconds: the same whenever it is told again.
 */
export function taskMessagesOf(before: Job | undefined, after: Job | undefined, at: number): TaskMessage[] {
  if (!after?.task_tokens) return [];
  const known = before?.task_tokens ?? [];
  const added = after.task_tokens.filter((token) => !known.includes(token));
  if (!isFinished(after)) {
    return added.map((token) => nextHeartbeat({ v: 1, kind: "heartbeat", job_id: after.id, token }, at));
  }
  // A job that is over already can still be asked for by another task.
  const tokens = before && isFinished(before) ? added : after.task_tokens;
  return tokens.length === 0 ? [] : [{ v: 1, kind: "outcome", job_id: after.id, tokens, outcome: outcomeOf(after) }];
}

function outcomeOf({ status, result, error, reason }: Job): Outcome {
  if (status === "completed") return { status, ...(result !== undefined && { result }) };
  if (status === "cancelled") return { status, error: "CANCELLED", cause: reason ?? "The job was cancelled." };
  return { status: "failed", error: error?.code ?? "PROVIDER_ERROR", cause: error?.message ?? "The job failed." };
}
