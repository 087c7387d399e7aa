import type { StepCredentials } from "../../../core/job/credential-placeholder.ts";
import { type Job, jobMessageOf, type Parent } from "../../../core/job/job.ts";
import { stepJobId } from "../../../core/job/job-id.ts";
import { childTrace } from "../../../core/job/spans.ts";
import { defined, pick } from "../../../core/kernel/defined.ts";
import { changeJob, revive } from "../../../core/operations/change-job.ts";
import { scheduleJob } from "../../../core/operations/schedule-job.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type AcceptedRequest, parseRequest } from "../../../core/requests/request.ts";
import type { JobStep } from "./steps.ts";

/** What a step says of its job, apart from the input. */
export const jobOptions = ["event", "app", "retries", "retry_config", "timeout_ms"] as const;
export type JobOptions = Pick<JobStep, (typeof jobOptions)[number]>;

interface StepJob {
  /** The key of the step, from which the id of its job is derived. */
  key: string;
  step: JobOptions & Pick<JobStep, "on_parent_end">;
  input: Record<string, unknown>;
  /** Epoch milliseconds. */
  startAt: number;
  credentials: (request: AcceptedRequest) => StepCredentials | undefined;
}

/**
 * Starts the job of a step, or returns the one that was started before. Throws a RequestError if its event refuses the input, if the
 * catalog has lost the event, or if AWS refuses for now.
 */
export async function startStep(services: ConsumerServices, job: Job, asked: StepJob): Promise<Job> {
  const parent = parentOfStep(job, asked);
  const child = await startAs(services, job, asked, { job_id: stepJobId(job, asked.key), parent });
  // A late decision of an earlier attempt may have started the step. Its end must wake this attempt instead.
  return messageAttemptOf(child, job) < job.attempt ? changeJob(services, child.id, revive(parent)) : child;
}

/** How a step knows the attempt of its feature. */
export const parentOfStep = (
  job: Job,
  { key, step }: { key: string; step: Pick<JobStep, "on_parent_end"> },
): Parent => ({
  message: jobMessageOf(job),
  step: key,
  ...presentOf(job),
  ...(step.on_parent_end === "abandon" && { on_end: step.on_parent_end }),
});

/** What the jobs of an attempt know of it that goes by the present definition. */
export const presentOf = ({ present_since, attempt }: Job): Pick<Parent, "is_present"> =>
  present_since === attempt ? { is_present: true } : {};

/** Starts a job of a run under an id, or returns the one that has it. Throws as `startStep` does. */
export async function startAs(
  services: ConsumerServices,
  job: Job,
  { step, input, startAt, credentials }: Omit<StepJob, "key">,
  as: Pick<NonNullable<AcceptedRequest["step"]>, "job_id" | "parent" | "approval">,
): Promise<Job> {
  const body = { product_tag: job.product, env: job.env, input, start_at: startAt, ...defined(pick(step, jobOptions)) };
  const now = services.clock.now();
  const request = parseRequest(body, services.catalog, now, undefined, "feature");
  const kept = credentials(request);
  // A step takes the turn of its feature, unless its event says otherwise.
  const { fairness_key = job.fairness_key } = request;
  return scheduleJob(services, {
    ...request,
    step: { ...as, ...(kept && { credentials: kept }) },
    ...defined({ fairness_key, trace: childTrace(job, now, services.traces) }),
  });
}

/** The attempt of its feature that a step belongs to. */
export const messageAttemptOf = ({ parent }: Job, feature: Job): number => parent?.message.attempt ?? feature.attempt;
