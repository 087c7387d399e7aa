import type { ClaimOutcome } from "../../core/job/claim.ts";
import { type Job, type JobMessage, type JobType, tenantOf } from "../../core/job/job.ts";
import { arrival } from "../../core/job/route.ts";
import { claimable, woken } from "../../core/job/transitions.ts";
import { jobFields, messageFields } from "../../core/operations/log-fields.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Log } from "../../core/ports/ports.ts";

/** How long after the attempt's own timeout its lease ends: for a slow claim, clocks that differ, and the outcome. */
export const leaseMarginMs = 20_000;

/** What of that margin must be left when the attempt starts: the claim counts from when it was sent. */
const leastMarginMs = 10_000;

export interface ClaimOptions {
  /** The type that the consumer runs: a message of another one's job is sent on to its own queue. */
  type?: JobType;
  /** The longest a message is held in process until its time; billed Lambda time. */
  longestWaitMs?: number | undefined;
  /** Messages of this type wake parked jobs: one that meets a live claim is followed by another when that ends. */
  wakeUps?: boolean;
}

/**
 * From a message to the job that is claimed by it. Undefined where there is none: the message came early and was sent again,
 * or it is a duplicate, or means nothing any more.
 */
export async function claimJob(
  services: ConsumerServices,
  message: JobMessage,
  options: ClaimOptions,
): Promise<Job | undefined> {
  if ((await untilDue(services, message, options.longestWaitMs)) === "later") return undefined;
  return claim(services, message, options);
}

/** Whether too little is left of a claim's lease to start under it: its answer may have come late. */
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
  // Read for its tenant, which the Scheduler's message cannot carry as its group; what it no longer means is dropped.
  const job = await services.jobs.get(message.job_id);
  if (job && claimable(job, message, services.clock.now()) === "yes") {
    await services.queue.send(job.type, message, { delaySeconds: next.delaySeconds, group: tenantOf(job) });
  }
  return "later";
}

async function claim(services: ConsumerServices, message: JobMessage, options: ClaimOptions): Promise<Job | undefined> {
  const asked = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs, type: options.type };
  const outcome = await services.jobs.claim(message, asked);
  if (outcome.outcome === "claimed") return outcome.job;
  if (outcome.outcome === "misdirected") return await forward(services, message, outcome.job);
  if (outcome.outcome !== "taken" || !options.wakeUps) {
    dropped(services.log, message, outcome);
    return undefined;
  }
  // A decision is under way that may not have seen what this message tells of. Who makes it is told, and asks for another one:
  // if each wake-up came again by itself, those of many steps, and what SQS doubles of them, would become ever more.
  if (outcome.job.woken || (await services.jobs.replace(woken(outcome.job))) === "replaced") return undefined;
  return claim(services, message, options);
}

/**
 * Sends a message on to the queue of its job's type. Once: where queues are wired wrongly it would go round for ever, and
 * the reconciler hands the job over anyway.
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

function dropped(
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
