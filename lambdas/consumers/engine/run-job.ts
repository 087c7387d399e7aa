import { isRefusal } from "../../aws/client/refusal.ts";
import { traceOf } from "../../core/errors.ts";
import { isFinished, type Job, type JobMessage, messageOf, type Stored, tenantOf } from "../../core/job/job.ts";
import { JobError } from "../../core/job/job-error.ts";
import { attemptMeasured } from "../../core/job/measures.ts";
import { continued } from "../../core/job/series.ts";
import {
  attemptFailed,
  cancelled,
  completed,
  isParked,
  maxCrashes,
  parked,
  unclaimed,
} from "../../core/job/transitions.ts";
import { cancelSteps, dispatchFollowUps } from "../../core/operations/change-job.ts";
import { type Decide, type Execution, Finished, Parked } from "../../core/operations/execution.ts";
import { jobFields, loggingOf, messageFields } from "../../core/operations/log-fields.ts";
import { type Admitted, type Memory, memoryOf, type Room } from "../../core/operations/memory.ts";
import { endedParentOf, stepReasons } from "../../core/operations/parent-guard.ts";
import { load, store } from "../../core/operations/payload.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Log } from "../../core/ports/ports.ts";
import { progressPrefix, resultsPrefix } from "../../topology.ts";
import { askingAgain, decidingAgain, wakeAgain } from "../types/feature/decisions.ts";
import { type ClaimOptions, claimJob, isTooLate } from "./claim-job.ts";
import { OutOfTime, withinTime, withTimeout } from "./within-time.ts";

export interface RunJobOptions extends ClaimOptions {
  /** In [0, 1): the jitter of backoff. */
  random?: () => number;
  /** What the jobs of a batch share. */
  memory?: Memory;
}

const endless = memoryOf(Number.POSITIVE_INFINITY);

/**
 * Takes one message to its end (DESIGN 7). Resolves when the message may be deleted; throws when it should be
 * delivered again. A type adds only `execute`.
 */
export async function runJob(
  all: ConsumerServices,
  execute: Decide,
  message: JobMessage,
  { memory = endless, ...options }: RunJobOptions = {},
): Promise<void> {
  const job = await claimJob(loggingOf(all, messageFields(message)), message, options);
  if (!job) return;
  const services = loggingOf(all, jobFields(job));
  const room = memory.admit(job);
  if (!room) return goBack(services, job);
  try {
    await runClaimed(services, execute, job, { ...options, room });
  } finally {
    room.leave();
  }
}

async function runClaimed(
  services: ConsumerServices,
  execute: Decide,
  job: Job,
  { random = Math.random, wakeUps: deciding = false, room }: RunJobOptions & { room: Admitted },
): Promise<void> {
  const outcome = await attempt(services, execute, job, { random: random(), deciding, room }).catch((error) =>
    error instanceof NotStarted ? giveBack(services, job, error) : Promise.reject(error),
  );
  const settled = await settle(services, job, outcome);
  if (!settled) return;
  const { ended, next, wasWoken } = settled;
  tell(services.log, ended);
  // Record first, then dispatch; what a crash leaves between the two is the reconciler's.
  const over = ended.status === "failed" ? cancelSteps(services, ended, stepReasons.featureFailed) : undefined;
  await Promise.all([dispatchFollowUps(services, next), over]);
  if (next.again_at !== undefined && next.again_at !== job.again_at) {
    // Its message is taken, so that nothing else would show what AWS refuses for long, or what is our own fault.
    services.log.measure("a decision is made again", { values: { messages_failed: 1 } });
    await wakeAgain(services, next, next.again_at);
  } else if (wasWoken && isParked(next) && next.again_at === undefined) {
    await wakeAgain(services, next);
  }
}

/**
 * One line an attempt, which is its measurement too: what is logged is paid by the byte. It leads to the request as well,
 * of which nothing else says which job it made.
 */
function tell(log: Log, ended: Job): void {
  const attempt = ended.attempts.at(-1);
  if (ended.status === "running" || !attempt) {
    log.debug("parked");
    return;
  }
  const code = attempt.error && { code: attempt.error.code };
  const { status, request_id } = ended;
  log.measure("attempt ended", attemptMeasured(ended, attempt), { status, ...code, ...(request_id && { request_id }) });
}

/** What an attempt came to, as a rule for the job: the job may be changed while the attempt runs. */
type Outcome = (job: Job) => Job;

/**
 * Writes the outcome if the claim is still ours, and of a recurring job its archived run first. Pausing a job that runs, or
 * a wake-up, changes the item but leaves the claim: the outcome is then written upon the changed job.
 */
async function settle(
  services: ConsumerServices,
  claimed: Job,
  outcome: Outcome,
): Promise<{ ended: Job; next: Job; wasWoken: boolean } | undefined> {
  let job: Job | undefined = claimed;
  for (; job?.claim_id === claimed.claim_id && job; job = await services.jobs.get(job.id)) {
    const ended = outcome(job);
    const series =
      isFinished(ended) && ended.status !== "cancelled" ? continued(ended, services.clock.now()) : undefined;
    if (series) await services.jobs.archive(series.run);
    const next = series?.next ?? ended;
    if ((await services.jobs.replace(next)) === "replaced") return { ended, next, wasWoken: job.woken ?? false };
  }
  services.log.warn("outcome discarded: the attempt was cancelled or taken over");
  // Not where it was taken over, or where the answer of a write that took effect was lost: those steps go on.
  if (job?.status === "cancelled") await cancelSteps(services, outcome(claimed), stepReasons.featureCancelled);
  return undefined;
}

/** Gives back a claim under which nothing has started, so that it does not count as a crash, and throws. */
async function giveBack(services: ConsumerServices, job: Job, error: NotStarted): Promise<never> {
  await settle(services, job, (of) => unclaimed(of, services.clock.now()));
  throw error.cause ?? error;
}

/**
 * The other jobs of the batch fill this process: the job goes back to its queue at once, with its attempt unspent, for
 * another process or a later batch. The first of a batch always has room, so that each batch ends some job.
 */
async function goBack(services: ConsumerServices, job: Job): Promise<void> {
  const back = (of: Job) => unclaimed(of, services.clock.now());
  if (!(await settle(services, job, back))) return;
  services.log.info("job sent back: the others of its batch leave no memory for its input");
  await services.queue.send(job.type, messageOf(job), { delaySeconds: 0, group: tenantOf(job) });
}

/** Nothing has started under the claim, for a reason that passes: the claim is given back and the message comes again. */
class NotStarted extends Error {}

/**
 * Runs a claimed attempt and says what the job is after it. Throws for what the execution does only where nobody can say
 * what became of it, and a NotStarted where there was none.
 */
async function attempt(
  services: ConsumerServices,
  execute: Decide,
  job: Job,
  { random, deciding, room }: { random: number; deciding: boolean; room: Room },
): Promise<Outcome> {
  const { clock } = services;
  const end = await endWithoutStart(services, job, random);
  if (end) return end;
  if (isTooLate(job, clock.now())) {
    throw new NotStarted("the attempt would start too late: its lease might end while the job runs");
  }
  let hasBegun = false;
  try {
    const result = await withTimeout(clock, job.timeout_ms, async (signal) => {
      const execution = await executionOf(services, job, { signal, room });
      // Its input may have come after its time was up, and the next attempt may be under way by now.
      signal.throwIfAborted();
      hasBegun = true;
      return execute(execution, withinTime(services, signal));
    });
    return await succeeded(services, job, result);
  } catch (cause) {
    const isOutOfTime = cause instanceof OutOfTime;
    // A decision that is out of time may still be at work: only its lease's end says that another one may be made.
    if (deciding && isOutOfTime && hasBegun) throw cause;
    if (deciding && (isOutOfTime || !(cause instanceof JobError))) {
      return decidingAgain(services, job, cause instanceof NotStarted ? cause.cause : cause);
    }
    if (cause instanceof NotStarted) throw cause;
    const error = cause instanceof JobError ? cause : unexpected(cause);
    if (error !== cause) services.log.error("executor threw", traceOf(cause));
    const progress =
      error.progress === undefined ? undefined : await keep(services, job, progressPrefix, error.progress);
    const now = clock.now();
    return (of) => attemptFailed(of, now, { error, random, ...(progress !== undefined && { progress }) });
  }
}

/** What ends a job that was claimed, and need not or must not start. Throws a NotStarted. */
async function endWithoutStart(services: ConsumerServices, job: Job, random: number): Promise<Outcome | undefined> {
  const { clock } = services;
  const expires = job.parked_since === undefined ? job.expires_at : undefined;
  if (expires !== undefined && expires <= clock.now()) return (of) => cancelled(of, clock.now(), "expired");
  if (job.claims > maxCrashes) {
    const text = `The attempt ended ${maxCrashes} times without an outcome.`;
    const error = new JobError("CRASHED", text, { retryable: false });
    return (of) => attemptFailed(of, clock.now(), { error, random });
  }
  const orphanedOf = await endedParentOf(services, job).catch((cause: unknown) => {
    throw new NotStarted("the job's feature could not be read", { cause });
  });
  return orphanedOf === undefined ? undefined : (of) => cancelled(of, clock.now(), stepReasons.featureOver);
}

async function succeeded(services: ConsumerServices, job: Job, result: unknown): Promise<Outcome> {
  const now = services.clock.now();
  if (result instanceof Parked) {
    const progress = await keep(services, job, progressPrefix, result.progress);
    return (of) => parked(of, progress, result.wakeAt, result.refused ? askingAgain(job, now) : {});
  }
  const finished = result instanceof Finished ? result : new Finished(result, undefined);
  const kept = await keep(services, job, resultsPrefix, finished.result);
  const progress =
    finished.progress === undefined ? undefined : await keep(services, job, progressPrefix, finished.progress);
  return (of) => completed(of, now, kept, progress);
}

const unexpected = (cause: unknown) =>
  new JobError("PROVIDER_ERROR", "The job failed unexpectedly; the consumer's log has the trace.", { cause });

/** Named by the claim too: a consumer that has lost it must not change what the attempt's next consumer has kept. */
const keep = (services: ConsumerServices, job: Job, prefix: string, value: unknown): Promise<Stored> =>
  store(services.blobs, `${prefix}${job.id}/${job.run}/${job.attempt}/${job.claim_id}`, value);

async function executionOf(
  services: ConsumerServices,
  job: Job,
  { signal, room }: Pick<Execution, "signal" | "room">,
): Promise<Execution> {
  const found = services.catalog.lookup(job.product, job.event);
  if (!found || found.event.type !== job.type) {
    throw new JobError(
      "CONFIGURATION_ERROR",
      `The catalog no longer has ${job.type} event ${job.event} of ${job.product}.`,
    );
  }
  const { blobs, secrets, clock, log } = services;
  const kept = (stored: Stored) => load(blobs, stored).catch(refusedToStart);
  return {
    job,
    input: (await kept(job.input)) as Record<string, unknown>,
    event: found.event,
    target: found.target,
    idempotencyKey: `${job.id}-${job.run}`,
    progress: job.progress && (await kept(job.progress)),
    signal,
    room,
    secrets,
    blobs,
    clock,
    log,
  };
}

/** An outage of S3 spends no attempt. */
function refusedToStart(cause: unknown): never {
  throw isRefusal(cause) ? new NotStarted("what the job needs could not be read", { cause }) : cause;
}
