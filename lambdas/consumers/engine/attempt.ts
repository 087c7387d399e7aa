import { calendarsOf } from "../../core/catalog/calendars.ts";
import { valuesOf } from "../../core/expressions/values.ts";
import { isKnown, type Job, type Stored } from "../../core/job/job.ts";
import { JobError } from "../../core/job/job-error.ts";
import { hasExpired, skipReason, superseded, supersededBy } from "../../core/job/series.ts";
import {
  attemptFailed,
  cancelled,
  completed,
  hasCrashedTooOften,
  maxCrashes,
  parked,
} from "../../core/job/transitions.ts";
import { TransientError, traceOf } from "../../core/kernel/errors.ts";
import { given } from "../../core/kernel/given.ts";
import type { Caching } from "../../core/operations/cached-result.ts";
import {
  Answered,
  type ExecuteWithServices,
  type Execution,
  Finished,
  Parked,
} from "../../core/operations/execution.ts";
import type { Room } from "../../core/operations/memory.ts";
import { endedParentOf, stepReasons } from "../../core/operations/parent-guard.ts";
import type { Pass } from "../../core/operations/pass-gates.ts";
import { load, store } from "../../core/operations/payload.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import { progressPrefix, resultsPrefix } from "../../topology.ts";
import type { AttemptPolicy, Transition } from "./attempt-policy.ts";
import { isTooLate } from "./claim-job.ts";
import { sendSuccessor } from "./supersede.ts";
import type { TargetHealth } from "./target-health.ts";
import { type Used, withProgress, withTargets } from "./target-record.ts";
import { type Insisting, once } from "./while-claimed.ts";
import { OutOfTime, withinTime, withTimeout } from "./within-time.ts";

/** Nothing has started under the claim, for a reason that passes: the job is snoozed and its message comes again. */
export class NotStarted extends Error {}

export interface AttemptOptions {
  policy: AttemptPolicy;
  /** In [0, 1): the jitter of the backoff. */
  random: number;
  room: Room;
  /** What its limits have let pass, and why it must not start although they have. Absent for a job without limits. */
  pass?: Pick<Pass, "refusal" | "isUnasked"> | undefined;
  /** What this process knows of the targets of groups. Default: nothing. */
  health?: (() => Promise<TargetHealth>) | undefined;
  /** Answers a job with a cache tag from an earlier run. Absent for others. */
  caching?: Pick<Caching, "around"> | undefined;
  /** How what the executor achieved is kept where AWS refuses it for now. Default: tried once. */
  insisting?: Insisting | undefined;
}

/**
 * Runs a claimed attempt and answers what becomes of the job. Throws a NotStarted if the executor was not called, and any
 * other error if nobody can say what the executor did: the end of the lease then counts as a crash.
 */
export async function attempt(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  job: Job,
  { policy, random, room, pass, health, caching, insisting = once }: AttemptOptions,
): Promise<Transition> {
  const { clock } = services;
  const end = await endWithoutStart(services, job, random);
  if (end) return end;
  const refused = refusedBy(pass, clock.now(), random);
  if (refused) return refused;
  if (pass?.isUnasked) throw new NotStarted("the limits of the job have not been asked");
  if (isTooLate(job, clock.now())) {
    throw new NotStarted("the attempt would start too late: its lease might end while the job runs");
  }
  let hasBegun = false;
  const used: Used = {};
  try {
    const result = await withTimeout(clock, job.timeout_ms, async (signal) => {
      const { execution, found } = await executionOf(services, job, { signal, room });
      // The input may come after the timeout, when the next attempt is already under way.
      signal.throwIfAborted();
      hasBegun = true;
      const inTime = withinTime(services, signal);
      // Nothing waits for it, least of all the outcome: once the run has ended, the same message is sent as that of the next run.
      // It is sent no sooner, since a job whose input cannot be read comes again and again.
      void sendSuccessor(inTime, job);
      const onTarget = found.group ? onTargetsOf({ ...found, group: found.group }, execute, health, used) : execute;
      return (caching?.around(onTarget) ?? onTarget)(execution, inTime);
    });
    return withTargets(used, await succeeded({ services, job, insisting }, result));
  } catch (cause) {
    const error = cause instanceof NotStarted || cause instanceof Unkept ? cause.cause : cause;
    const chosen = policy.onThrown(services, job, { error, isOutOfTime: cause instanceof OutOfTime, hasBegun });
    if (chosen) return chosen;
    if (cause instanceof NotStarted) throw cause;
    if (cause instanceof Unkept) return withTargets(used, completedWithout(services, cause));
    return withTargets(used, await failed({ services, job, insisting }, withProgress(cause, used), random));
  }
}

/** Only a few events name a group, so what chooses among its targets is loaded on first use. */
const onTargetsOf =
  (
    found: Found & { group: NonNullable<Found["group"]> },
    execute: ExecuteWithServices,
    health: AttemptOptions["health"],
    used: Used,
  ): ExecuteWithServices =>
  async (execution, services) => {
    const { executeOnTargets } = await import("./targets.ts");
    return executeOnTargets({ services, execute, execution, found }, await health?.(), used);
  };

/** What ends a claimed job to which its limits give no start. */
function refusedBy({ refusal }: NonNullable<AttemptOptions["pass"]> = {}, now: number, random: number) {
  return refusal && ((of: Job) => attemptFailed(of, now, { error: refusal, random }));
}

/** What ends a claimed job that must not start. Throws a NotStarted if that cannot be known for now. */
async function endWithoutStart(services: ConsumerServices, job: Job, random: number): Promise<Transition | undefined> {
  const { clock } = services;
  // Its outcome could not be written, since nobody could tell when its next run is.
  if (!isKnown(job)) throw new NotStarted("the job is of a kind that only a later version knows");
  if (hasExpired(job, clock.now())) return (of) => cancelled(of, clock.now(), "expired");
  const calendars = calendarsOf(services.catalog, job.product);
  const next = supersededBy(job, clock.now(), calendars);
  if (next !== undefined) return (of) => superseded(of, clock.now(), next);
  const skip = skipReason(job, clock.now(), calendars);
  if (skip !== undefined) return (of) => cancelled(of, clock.now(), skip);
  if (hasCrashedTooOften(job)) {
    const text = `The attempt ended ${maxCrashes} times without an outcome.`;
    const error = new JobError("CRASHED", text, { retryable: false });
    return (of) => attemptFailed(of, clock.now(), { error, random });
  }
  const endedParent = await endedParentOf(services, job).catch((cause: unknown) => {
    throw new NotStarted("the job that this one is a step of could not be read", { cause });
  });
  return endedParent === undefined ? undefined : (of) => cancelled(of, clock.now(), stepReasons.featureOver);
}

interface Ending {
  services: ConsumerServices;
  job: Job;
  insisting: Insisting;
}

async function succeeded(ending: Ending, result: unknown): Promise<Transition> {
  const now = ending.services.clock.now();
  if (result instanceof Parked) {
    const progress = await keep(ending, progressPrefix, result.progress);
    return (of) => parked(of, progress, result.wakeAt, result.retry);
  }
  if (result instanceof Answered) {
    const kept = await keepResult(ending, result.result);
    return (of) => completed(of, now, kept, { cachedFrom: result.from });
  }
  const finished = result instanceof Finished ? result : new Finished(result, undefined);
  const kept = await keepResult(ending, finished.result);
  const progress = await keepProgress(ending, finished.progress).catch(() => undefined);
  return (of) => completed(of, now, kept, given({ progress }));
}

async function failed(ending: Ending, cause: unknown, random: number): Promise<Transition> {
  const { services } = ending;
  const error = cause instanceof JobError ? cause : unexpected(cause);
  if (error !== cause) services.log.error("executor threw", traceOf(cause));
  const fails = (of: JobError, progress?: Stored): Transition => {
    const now = services.clock.now();
    return (job) => attemptFailed(job, now, { error: of, random, ...given({ progress }) });
  };
  try {
    return fails(error, await keepProgress(ending, error.progress));
  } catch (unkept) {
    services.log.error("progress lost: it could not be stored", traceOf(unkept));
    return fails(withoutProgress(error));
  }
}

const unexpected = (cause: unknown) =>
  new JobError("PROVIDER_ERROR", "The job failed unexpectedly; the consumer's log has the trace.", { cause });

/** Another attempt would do again what this one has done. */
const withoutProgress = ({ code, message, providerCode, cause }: JobError) =>
  new JobError(code, `${message} What it had achieved by then could not be stored, so it is not tried again.`, {
    retryable: false,
    providerCode,
    cause,
  });

/** The executor has done its work, and its result could not be stored. */
class Unkept extends Error {}

const keepResult = (ending: Ending, result: unknown): Promise<Stored> =>
  keep(ending, resultsPrefix, result).catch((cause) => {
    throw new Unkept("the result could not be stored", { cause });
  });

/** What was done must not be done again because its result cannot be stored: the job completes, and says so in its result. */
function completedWithout({ clock, log }: ConsumerServices, { cause }: Unkept): Transition {
  const now = clock.now();
  log.error("result lost: it could not be stored", traceOf(cause));
  return (of) => completed(of, now, { inline: { result_lost: true } });
}

const keepProgress = async (ending: Ending, progress: unknown): Promise<Stored | undefined> =>
  progress === undefined ? undefined : keep(ending, progressPrefix, progress);

/** The key names the claim too: a consumer that has lost it must not change what the next consumer of the attempt kept. */
const keep = ({ services, job, insisting }: Ending, prefix: string, value: unknown): Promise<Stored> =>
  insisting(() => store(services.blobs, `${prefix}${job.id}/${job.run}/${job.attempt}/${job.claim_id}`, value));

async function executionOf(
  services: ConsumerServices,
  job: Job,
  { signal, room }: Pick<Execution, "signal" | "room">,
): Promise<{ execution: Execution; found: Found }> {
  const found = services.catalog.lookup(job.product, job.event);
  if (!found || found.event.type !== job.type) {
    throw new JobError(
      "CONFIGURATION_ERROR",
      `The catalog no longer has ${job.type} event ${job.event} of ${job.product}.`,
    );
  }
  const { blobs, secrets, clock, log } = services;
  const kept = (stored: Stored) => load(blobs, stored).catch(unread);
  const execution: Execution = {
    job,
    input: await inputOf(found, job, (await kept(job.input)) as Record<string, unknown>),
    ...valuesOf(found.product, job.env),
    event: found.event,
    target: found.target,
    idempotencyKey: `${job.id}-${job.run}`,
    progress: job.progress && (await kept(job.progress)),
    signal,
    deadline: (job.started_at ?? clock.now()) + job.timeout_ms,
    room,
    secrets,
    blobs,
    clock,
    log,
  };
  return { execution, found };
}

/** Only a few jobs have expressions, so what evaluates them is loaded on first use. */
async function inputOf(found: Found, job: Job, stored: Record<string, unknown>): Promise<Record<string, unknown>> {
  if (!job.expressions) return stored;
  const { evaluatedInput } = await import("../../core/expressions/evaluated-input.ts");
  return evaluatedInput(found, job, stored);
}

type Found = NonNullable<ReturnType<ConsumerServices["catalog"]["lookup"]>>;

/** An outage of the blob store must not spend an attempt. */
function unread(cause: unknown): never {
  throw cause instanceof TransientError ? new NotStarted("what the job needs could not be read", { cause }) : cause;
}
