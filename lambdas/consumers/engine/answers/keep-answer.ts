import { keptAttempts } from "../../../core/job/transitions.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import type { FollowUp } from "../context.ts";

/** Behind the record, which decides that the attempt has failed. Never throws: the answer helps people, and the job does not need it. */
export const keepAnswer: FollowUp = async ({ services, answer, job }, { ended, next }) => {
  const failed = ended.attempts.at(-1);
  // A try that was put off keeps no record, and the last one is that of an earlier attempt then.
  if (!answer || failed?.outcome !== "failed" || failed.attempt !== job.attempt) return;
  const { id: job_id, run, created_at, attempts } = ended;
  const isFirst = attempts.length < keptAttempts && attempts.every((one) => one === failed || one.outcome !== "failed");
  const until = Math.max(failed.ended_at, next.due_at);
  const kept = { ...answer, job_id, created_at, run, attempt: failed.attempt, at: failed.ended_at };
  await services.answers.put(kept, { isFirst, until }).catch((error: unknown) => {
    services.log.warn("what a provider has answered was not kept", traceOf(error));
  });
};
