import { type Job, type JobMessage, tenantOf } from "../core/job.ts";
import { jobFields, messageFields } from "../core/log-fields.ts";
import type { ClaimOutcome, Log } from "../core/ports.ts";
import { arrival } from "../core/route.ts";
import type { ConsumerServices } from "../core/services.ts";
import { claimable, woken } from "../core/transitions.ts";

/** How long after the attempt's own timeout its lease ends: for a slow claim, clocks that differ, and the outcome. */
export const leaseMarginMs = 20_000;

/** What of that margin must be left when the attempt starts: the claim counts from when it was sent. */
const leastMarginMs = 10_000;

export interface ClaimOptions {
  /** The longest a message is held in process until its time; billed Lambda time. */
  longestWaitMs?: number | undefined;
  /** Messages of this type wake parked jobs: one that meets a live claim is followed by another when that ends. */
  wakeUps?: boolean;
}

/**
 * From a message to the job that is claimed by it. Undefined where there is none: the message came early and was sent again,
 * or it is a duplicate, or means nothing any more.
 */
export async function reachClaim(
  services: ConsumerServices,
  message: JobMessage,
  { longestWaitMs, wakeUps = false }: ClaimOptions,
): Promise<Job | undefined> {
  if ((await untilDue(services, message, longestWaitMs)) === "later") return undefined;
  return claim(services, message, wakeUps);
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

async function claim(services: ConsumerServices, message: JobMessage, wakeUps: boolean): Promise<Job | undefined> {
  const asked = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs };
  const outcome = await services.jobs.claim(message, asked);
  if (outcome.outcome === "claimed") return outcome.job;
  if (outcome.outcome !== "taken" || !wakeUps) {
    dropped(services.log, message, outcome);
    return undefined;
  }
  // A decision is under way that may not have seen what this message tells of. Who makes it is told, and asks for another one:
  // if each wake-up came again by itself, those of many steps, and what SQS doubles of them, would become ever more.
  if (outcome.job.woken || (await services.jobs.replace(woken(outcome.job))) === "replaced") return undefined;
  return claim(services, message, wakeUps);
}

function dropped(log: Log, message: JobMessage, { outcome, job }: Exclude<ClaimOutcome, { outcome: "claimed" }>): void {
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
