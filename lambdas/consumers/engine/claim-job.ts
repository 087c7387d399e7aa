import type { ClaimOutcome } from "../../core/job/claim.ts";
import { type Job, type JobMessage, type JobType, tenantOf } from "../../core/job/job.ts";
import { arrival } from "../../core/job/route.ts";
import { claimable } from "../../core/job/transitions.ts";
import { jobFields, messageFields } from "../../core/operations/log-fields.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Log } from "../../core/ports/ports.ts";
import { type AttemptPolicy, defaultPolicy } from "./attempt-policy.ts";
import { isHeld } from "./pause-check.ts";

/** The lease outlasts the attempt's timeout by this: for a slow claim, for clocks that differ, and for writing the outcome. */
export const leaseMarginMs = 20_000;

/** How much of that margin must be left when the attempt starts. The lease begins when the claim was sent. */
const leastMarginMs = 10_000;

export interface ClaimOptions {
  /** The type that this consumer runs; a message for another type's job goes to that type's queue. Default: any type. */
  type?: JobType | undefined;
  /** The longest time, in milliseconds, that an early message is held in process. This is billed Lambda time. */
  longestWaitMs?: number | undefined;
  /** How the attempts of this type differ from the default. */
  policy?: AttemptPolicy | undefined;
}

/**
 * Claims the job that a message names. Undefined if there is nothing to run: the message came early and was sent again,
 * it is a duplicate, it has been superseded, or a pause holds it.
 */
export async function claimJob(
  services: ConsumerServices,
  message: JobMessage,
  options: ClaimOptions,
): Promise<Job | undefined> {
  if ((await untilDue(services, message, options.longestWaitMs)) === "later") return undefined;
  if (await isHeld(services, message, options.policy ?? defaultPolicy)) return undefined;
  return claim(services, message, options);
}

/** Whether too little of a claim's lease is left to start under it, because the answer to the claim came late. */
export const isTooLate = (job: Job, now: number): boolean =>
  (job.lease_until ?? 0) - job.timeout_ms - now < leastMarginMs;

async function untilDue(
  services: ConsumerServices,
  message: JobMessage,
  longestWaitMs?: number,
): Promise<"now" | "later"> {
  const next = arrival(services.clock.now(), message.due_at, longestWaitMs);
  if (next.do === "start") return "now";
  if (next.do === "wait") {
    await services.clock.sleep(next.ms);
    return untilDue(services, message, longestWaitMs);
  }
  // The job is read for its tenant, since the Scheduler's message has no group. A message that was superseded is dropped.
  const job = await services.jobs.get(message.job_id);
  if (job && claimable(job, message, services.clock.now()) === "yes") {
    await services.queue.send(job.type, message, { delaySeconds: next.delaySeconds, group: tenantOf(job) });
  }
  return "later";
}

async function claim(services: ConsumerServices, message: JobMessage, options: ClaimOptions): Promise<Job | undefined> {
  const { type, policy = defaultPolicy } = options;
  const request = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs, type };
  const outcome = await services.jobs.claim(message, request);
  if (outcome.outcome === "claimed") return outcome.job;
  if (outcome.outcome === "misdirected") return await forward(services, message, outcome.job);
  const next = outcome.outcome === "taken" ? await policy.onTaken(services, outcome.job) : "dropped";
  // From the start: it may have been paused meanwhile.
  if (next === "changed") return claimJob(services, message, options);
  if (next === "dropped") reportDropped(services.log, message, outcome);
  return undefined;
}

/**
 * Sends a message on to the queue of its job's type, but only once: between queues that are wired wrongly it would go
 * round for ever, and the reconciler dispatches the job anyway.
 */
async function forward({ queue, log }: ConsumerServices, message: JobMessage, job: Job): Promise<undefined> {
  const fields = { ...jobFields(job), ...messageFields(message) };
  if (message.forwarded) {
    log.error("message dropped: it came to another type's queue again", fields);
    log.measure("a message came to the wrong queue", { values: { messages_failed: 1 } });
    return;
  }
  log.warn("message sent on: it came to another type's queue", fields);
  await queue.send(job.type, { ...message, forwarded: true }, { delaySeconds: 0, group: tenantOf(job) });
}

function reportDropped(
  log: Log,
  message: JobMessage,
  { outcome, job }: Exclude<ClaimOutcome, { outcome: "claimed" | "misdirected" }>,
): void {
  if (!job) {
    log.info("message dropped", { why: "deleted" });
    return;
  }
  const { product, type } = job;
  const fields = { ...jobFields(job), ...messageFields(message), why: outcome };
  log.measure(
    "message dropped",
    { values: { [outcome === "taken" ? "taken" : "dropped"]: 1 }, of: { type, product } },
    fields,
  );
}
