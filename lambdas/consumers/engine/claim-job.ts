import { calendarsOf } from "../../core/catalog/calendars.ts";
import type { Claim, ClaimOutcome } from "../../core/job/claim.ts";
import { type Job, type JobMessage, type JobType, tenantOf } from "../../core/job/job.ts";
import { holding } from "../../core/job/pause.ts";
import { arrival, type Waiting } from "../../core/job/route.ts";
import { isOver } from "../../core/job/series.ts";
import { claimable } from "../../core/job/transitions.ts";
import { TransientError, traceOf } from "../../core/kernel/errors.ts";
import { turnOf } from "../../core/limits/gate.ts";
import type { Calls } from "../../core/limits/pump.ts";
import { jobFields, messageFields } from "../../core/operations/log-fields.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Log } from "../../core/ports/log.ts";
import { type AttemptPolicy, defaultPolicy } from "./attempt-policy.ts";
import { isStale, leaveGates, leaveStood, passGates, refuseGiven } from "./gates.ts";
import { leaseMarginMs } from "./lease.ts";
import { isHeld } from "./pause-check.ts";
import { isSuccessor, supersede } from "./supersede.ts";
import { forSeconds } from "./while-claimed.ts";

/** How much of that margin must be left when the attempt starts. The lease begins when the claim was sent. */
const leastMarginMs = 10_000;

export interface ClaimOptions extends Waiting {
  /** The type that this consumer runs; a message for another type's job goes to that type's queue. Default: any type. */
  type?: JobType | undefined;
  /** The limits that have called the job. Default: none has. */
  calls?: Calls | undefined;
  /** How the attempts of this type differ from the default. */
  policy?: AttemptPolicy | undefined;
}

/** A claimed job, with the slots that it holds while it runs. */
export interface ClaimedJob {
  job: Job;
  /** Absent for a job without limits. */
  pass?: Pass;
}

/**
 * Claims the job that a message names, once no pause holds it and its limits let it. Undefined if there is nothing to run: the
 * message came early and was sent again, the job waits, or the message is a duplicate or has been superseded.
 */
export async function claimJob(
  services: ConsumerServices,
  message: JobMessage,
  options: ClaimOptions,
): Promise<ClaimedJob | undefined> {
  if ((await untilDue(services, message, options)) === "later") return undefined;
  if (await isHeld(services, message, options.policy ?? defaultPolicy, options.type)) return undefined;
  if (message.gated) return claimGated(services, message, options);
  const { job, outcome } = await claim(services, message, options);
  if (outcome === "changed") return claimJob(services, message, options);
  return job && { job };
}

/**
 * Passes the gates of a job, then claims it. The job is read first, because a message does not name its gates. What cannot be
 * claimed takes nothing: the claim says why.
 */
async function claimGated(
  services: ConsumerServices,
  message: JobMessage,
  options: ClaimOptions,
  before?: Pass,
): Promise<ClaimedJob | undefined> {
  const job = await services.jobs.get(message.job_id);
  const isClaimable = job && mayPass(services, job, message, options);
  const arriving = { leaseMs: leaseMarginMs + (job?.timeout_ms ?? 0), calls: options.calls, before };
  const pass = isClaimable ? await passGates(services, job, arriving) : undefined;
  if (isClaimable && !pass) return undefined;
  if (job && !isClaimable && isOwn(job, options) && options.calls)
    await refuseGiven(services, job, message, options.calls);
  // The gates may have taken seconds, or longer than what was read of the pauses is good for. The slots stay: another consumer of
  // the same attempt may just have claimed it. If somebody waits for them, the reconciler frees them.
  if (pass && holding(await services.pauses.recent(), pass.job, services.clock.now())) return undefined;
  // Reading the pauses may have taken long too. What was taken is taken again, with a later lease.
  if (pass && (await isStale(pass, services.clock.now()))) return claimGated(services, message, options, pass);
  const claimed = await claim(services, message, options);
  if (claimed.job) {
    if (pass) await leaveStood(services, pass).catch((error) => stayed(services, error));
    return { job: claimed.job, pass: passOf(claimed.job, pass) };
  }
  // Another consumer that has claimed the same attempt holds the same slots.
  if (claimed.outcome !== "taken") await leaveGates(services, pass, "own");
  return claimed.outcome === "changed" ? claimJob(services, message, options) : undefined;
}

/**
 * The pass with which a job was claimed. The lease of another consumer may have ended after the job was read, and that one may have
 * started it: what the gates answered was for an earlier start.
 */
function passOf(job: Job, pass: Pass | undefined): Pass {
  const asked = pass ?? { job, turn: "", slots: [], lines: [], askedAt: 0 };
  return asked.turn === turnOf({ ...job, claims: job.claims - 1 }) ? asked : { ...asked, isUnasked: true };
}

/** What its claim only ends spends no slot or start, and must not wait for one. */
function mayPass({ clock, catalog }: ConsumerServices, job: Job, message: JobMessage, { type }: ClaimOptions): boolean {
  const now = clock.now();
  return claimable(job, message, now, type) === "yes" && !isOver(job, now, calendarsOf(catalog, job.product));
}

/** Of a job of another type, whose message came to the wrong queue, nothing is freed. */
const isOwn = (job: Job, { type }: ClaimOptions): boolean => type === undefined || job.type === type;

const stayed = ({ log }: ConsumerServices, error: unknown): void =>
  log.warn("a job that has started still stands in a line; the pump or the reconciler takes it off", traceOf(error));

/** Whether too little of a claim's lease is left to start under it, because the answer to the claim came late. */
export const isTooLate = (job: Job, now: number): boolean =>
  (job.lease_until ?? 0) - job.timeout_ms - now < leastMarginMs;

async function untilDue(services: ConsumerServices, message: JobMessage, waiting: Waiting): Promise<"now" | "later"> {
  const next = arrival(services.clock.now(), message.due_at, waiting, message.job_id);
  if (next.do === "start") return "now";
  if (next.do === "wait") {
    await services.clock.sleep(next.ms);
    return untilDue(services, message, waiting);
  }
  // The job is read for its tenant, since the Scheduler's message has no group. A message that was superseded is dropped.
  const job = await services.jobs.get(message.job_id);
  if (job && (claimable(job, message, services.clock.now()) === "yes" || isSuccessor(services, job, message))) {
    if (!services.queue.reach.has(job.type)) await forward(services, message, job);
    else await services.queue.send(job.type, message, { delaySeconds: next.delaySeconds, group: tenantOf(job) });
  }
  return "later";
}

/**
 * `job` only if it was claimed. `changed`: the job is another than it was, for example because the run before has been ended for
 * that of the message. All has to be asked again, since it may have been paused meanwhile, and another run has gates of its own.
 */
type Claiming = { job?: Job; outcome: ClaimOutcome["outcome"] | "changed" };

async function claim(services: ConsumerServices, message: JobMessage, options: ClaimOptions): Promise<Claiming> {
  const { type, policy = defaultPolicy } = options;
  const request = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs, type };
  const outcome = await services.jobs
    .claim(message, request)
    .catch((error) => ownClaim(services, message, request, error));
  if (outcome.outcome === "claimed") return outcome;
  if (outcome.outcome === "misdirected") return forward(services, message, outcome.job);
  if (outcome.outcome === "gone" && outcome.job && isSuccessor(services, outcome.job, message)) {
    if (type !== undefined && outcome.job.type !== type) return forward(services, message, outcome.job);
    await supersede(services, outcome.job, message, policy);
    return { outcome: "changed" };
  }
  const next = outcome.outcome === "taken" ? await policy.onTaken(services, outcome.job) : "dropped";
  if (next === "changed") return { outcome: "changed" };
  if (next === "dropped") reportDropped(services.log, message, outcome);
  return { outcome: outcome.outcome };
}

/** How long to look for a claim whose answer was lost. After that its lease has to end before the job goes on. */
const lookSeconds = 10;

/**
 * The claim of which no answer came, if it was written: the job has its id then, and goes on under it. Otherwise throws why the
 * answer is missing.
 */
async function ownClaim(
  { jobs, clock }: ConsumerServices,
  { job_id }: JobMessage,
  { claimId }: Claim,
  error: unknown,
): Promise<ClaimOutcome> {
  if (!(error instanceof TransientError)) throw error;
  const job = await forSeconds(clock, lookSeconds)(() => jobs.get(job_id));
  if (job?.claim_id !== claimId) throw error;
  return { outcome: "claimed", job };
}

/**
 * Sends a message on to the queue of its job's type, if the consumer reaches that, but only once: between queues that are wired
 * wrongly it would go round for ever. The reconciler dispatches the job of a message that is dropped; a feature is reached by all,
 * because the end of a step is told once.
 */
async function forward({ queue, log }: ConsumerServices, message: JobMessage, job: Job): Promise<Claiming> {
  const fields = { ...jobFields(job), ...messageFields(message) };
  if (message.forwarded || !queue.reach.has(job.type)) {
    log.error(`message dropped: it came to another type's queue${message.forwarded ? " again" : ""}`, fields);
    log.measure("a message came to the wrong queue", { values: { messages_failed: 1 } });
    return { outcome: "misdirected" };
  }
  log.warn("message sent on: it came to another type's queue", fields);
  await queue.send(job.type, { ...message, forwarded: true }, { delaySeconds: 0, group: tenantOf(job) });
  return { outcome: "misdirected" };
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
