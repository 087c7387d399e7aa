import { dispatch } from "../core/dispatch.ts";
import { JobError, traceOf } from "../core/errors.ts";
import { type Job, type JobMessage, type Stored, tenantOf } from "../core/job.ts";
import type { Execute, Execution } from "../core/job-type.ts";
import { load, store } from "../core/payload.ts";
import type { Clock } from "../core/ports.ts";
import { arrival } from "../core/route.ts";
import type { ConsumerServices } from "../core/services.ts";
import { attemptFailed, cancelled, claimable, completed, maxCrashes } from "../core/transitions.ts";

/** How long after the attempt's own timeout its lease ends: time to write the outcome, and for clocks that differ. */
export const leaseMarginMs = 15_000;

export interface ShellOptions {
  /** The longest a message is held in process until its time; billed Lambda time. */
  longestWaitMs?: number;
  /** In [0, 1): the jitter of backoff. */
  random?: () => number;
}

/**
 * Takes one message to its end (DESIGN 7). Resolves when the message may be deleted; throws when it should be
 * delivered again. A type adds only `execute`.
 */
export async function runJob(
  services: ConsumerServices,
  execute: Execute,
  message: JobMessage,
  { longestWaitMs, random = Math.random }: ShellOptions = {},
): Promise<void> {
  if ((await untilDue(services, message, longestWaitMs)) === "later") return;
  const job = await claim(services, message);
  if (!job) return;
  const next = await attempt(services, execute, job, random());
  if ((await services.jobs.replace(next)) === "lost") {
    services.log.warn("outcome discarded: the attempt was cancelled or taken over", about(job));
    return;
  }
  services.log.info("attempt ended", {
    ...about(job),
    status: next.status,
    code: next.status === "completed" ? undefined : next.error?.code,
    lateness_ms: (job.started_at ?? 0) - job.due_at,
    duration_ms: services.clock.now() - (job.started_at ?? 0),
  });
  // Record first, then dispatch; what a crash leaves between the two is the reconciler's.
  if (next.status === "scheduled" || next.status === "queued") await dispatch(services, next);
}

const about = (job: Job) => ({
  job_id: job.id,
  product: job.product,
  env: job.env,
  event: job.event,
  type: job.type,
  run: job.run,
  attempt: job.attempt,
});

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

async function claim(services: ConsumerServices, message: JobMessage): Promise<Job | undefined> {
  const claim = { claimId: crypto.randomUUID(), now: services.clock.now(), leaseMarginMs };
  const outcome = await services.jobs.claim(message, claim);
  if (outcome.outcome === "claimed") return outcome.job;
  services.log.info("message dropped", { job_id: message.job_id, attempt: message.attempt, why: outcome.outcome });
  return undefined;
}

/** Runs a claimed attempt and says what the job is after it. Never throws for what the execution does. */
async function attempt(services: ConsumerServices, execute: Execute, job: Job, random: number): Promise<Job> {
  const { clock } = services;
  if (job.expires_at !== undefined && job.expires_at <= clock.now()) return cancelled(job, clock.now(), "expired");
  if (job.claims > maxCrashes) {
    const error = new JobError("CRASHED", `The attempt ended ${maxCrashes} times without an outcome.`, {
      retryable: false,
    });
    return attemptFailed(job, clock.now(), { error, random });
  }
  try {
    const result = await withTimeout(clock, job.timeout_ms, async (signal) =>
      execute(await executionOf(services, job, signal)),
    );
    return completed(job, clock.now(), await keep(services, job, "result", result));
  } catch (cause) {
    const error = cause instanceof JobError ? cause : unexpected(cause);
    if (error !== cause) services.log.error("executor threw", { ...about(job), ...traceOf(cause) });
    const progress = error.progress === undefined ? undefined : await keep(services, job, "progress", error.progress);
    return attemptFailed(job, clock.now(), { error, random, ...(progress !== undefined && { progress }) });
  }
}

const unexpected = (cause: unknown) =>
  new JobError("PROVIDER_ERROR", "The job failed unexpectedly; the consumer's log has the trace.", { cause });

const keep = (services: ConsumerServices, job: Job, what: "result" | "progress", value: unknown): Promise<Stored> =>
  store(services.blobs, `${what}s/${job.id}/${job.run}/${job.attempt}`, value);

async function withTimeout<T>(clock: Clock, ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const attempt = new AbortController();
  const ended = new AbortController();
  const timeout = clock.sleep(ms, ended.signal).then((): Promise<never> => {
    if (ended.signal.aborted) return new Promise(() => {});
    const error = new JobError("TIMEOUT", `The attempt took longer than its timeout of ${ms} ms.`);
    attempt.abort(error);
    throw error;
  });
  try {
    return await Promise.race([run(attempt.signal), timeout]);
  } finally {
    ended.abort();
  }
}

async function executionOf(services: ConsumerServices, job: Job, signal: AbortSignal): Promise<Execution> {
  const found = services.catalog.lookup(job.product, job.event);
  if (!found || found.event.type !== job.type) {
    throw new JobError(
      "CONFIGURATION_ERROR",
      `The catalog no longer has ${job.type} event ${job.event} of ${job.product}.`,
    );
  }
  const { blobs, secrets, clock, log } = services;
  return {
    job,
    input: (await load(blobs, job.input)) as Record<string, unknown>,
    event: found.event,
    target: found.target,
    idempotencyKey: `${job.id}-${job.run}`,
    progress: job.progress && (await load(blobs, job.progress)),
    signal,
    secrets,
    blobs,
    clock,
    log,
  };
}
