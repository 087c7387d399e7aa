import type { Job, Parent } from "../../../../core/job/job.ts";
import { childTrace } from "../../../../core/job/spans.ts";
import { waiting } from "../../../../core/job/transitions.ts";
import { defined, pick } from "../../../../core/kernel/defined.ts";
import { scheduleMade } from "../../../../core/operations/schedule-job.ts";
import type { ConsumerServices } from "../../../../core/operations/services.ts";

interface OwnStep {
  id: string;
  parent: Parent;
  own_step: NonNullable<Job["own_step"]>;
  timeout_ms: number;
}

/** The longest attempt of a job of a function, in milliseconds. */
const longestMs = 840_000;

/** Starts the job of a step of code, which no request asks for, or returns the one that was started before. It takes the turn of its feature. */
export async function startOwnStep(
  services: ConsumerServices,
  job: Job,
  { id, parent, own_step, timeout_ms }: OwnStep,
): Promise<Job> {
  const now = services.clock.now();
  const made: Job = {
    ...{ id, parent, own_step },
    ...pick(job, ["product", "env", "retry_policy", "fairness_key", "request_id"]),
    ...defined({ trace: childTrace(job, now, services.traces) }),
    // No event of a catalog has a slash.
    event: `${job.event}/${own_step.key}`,
    type: "function",
    input: { inline: {} },
    status: waiting(now, now),
    run: 1,
    attempt: 1,
    due_at: now,
    scheduled_at: now,
    created_at: now,
    timeout_ms: Math.min(longestMs, Math.ceil(timeout_ms) + 1000),
    retries: 0,
    fingerprint: id,
    version: 1,
    write_id: crypto.randomUUID(),
    claims: 0,
    attempts: [],
  };
  return scheduleMade(services, made, { step: { job_id: id, parent }, fingerprint: id });
}
