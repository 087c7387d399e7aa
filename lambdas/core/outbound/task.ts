import { isFinished, isReadable, type Job } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";
import type { Outcome, TaskMessage } from "./task-message.ts";

/** Seconds between two heartbeats of a task. */
export const heartbeatSeconds = 60;

type TaskHeartbeat = Extract<TaskMessage, { kind: "heartbeat" }>;

/** The heartbeat that follows a given time. Duplicates of a message get the same one, so that only one chain continues. */
export const nextHeartbeat = (message: TaskHeartbeat, after: number): TaskHeartbeat => ({
  ...message,
  at: after + heartbeatSeconds * 1000,
});

/** The name of a heartbeat, which its duplicates share; undefined for a message of an older version. */
export const heartbeatName = ({ job_id, token, at }: TaskHeartbeat): string | undefined =>
  at === undefined ? undefined : `heartbeat ${job_id} ${at} ${token}`;

/**
 * What to report to Step Functions after a change of a job: its outcome if it has ended, otherwise the first heartbeat of each
 * new task. `at` is the time of the change, epoch milliseconds, and the same each time the change is delivered.
 */
export function taskMessagesOf(before: Job | undefined, after: Job | undefined, at: number): TaskMessage[] {
  if (!after?.task_tokens) return [];
  const known = before?.task_tokens ?? [];
  const added = after.task_tokens.filter((token) => !known.includes(token));
  if (!isFinished(after)) {
    return added.map((token) => nextHeartbeat({ v: 1, kind: "heartbeat", job_id: after.id, token }, at));
  }
  // Another task can still ask for a job that has already ended.
  const tokens = before && isFinished(before) ? added : after.task_tokens;
  return tokens.length === 0
    ? []
    : [{ v: 1, kind: "outcome", job_id: after.id, tokens, outcome: taskOutcomeOf(after) }];
}

function taskOutcomeOf({ status, result, redact, error, reason }: Job): Outcome {
  if (status === "completed")
    return { status, ...(result && isReadable(result) && { result }), ...defined({ redact }) };
  if (status === "cancelled") return { status, error: "CANCELLED", cause: reason ?? "The job was cancelled." };
  return { status: "failed", error: error?.code ?? "PROVIDER_ERROR", cause: error?.message ?? "The job failed." };
}
