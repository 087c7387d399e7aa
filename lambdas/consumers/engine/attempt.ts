import type { FoundEvent } from "../../core/catalog/catalog.ts";
import type { ProductEvent } from "../../core/catalog/job-type.ts";
import { evaluatedInput } from "../../core/expressions/evaluated-input.ts";
import { evaluatedTexts, resultTexts } from "../../core/expressions/search.ts";
import { catalogValuesOf } from "../../core/expressions/values.ts";
import type { HandedTo } from "../../core/job/answer-token.ts";
import type { Job, Stored } from "../../core/job/job.ts";
import { JobError, MissingInCatalog } from "../../core/job/job-error.ts";
import { withWaits } from "../../core/job/run-wait.ts";
import { sentTrace } from "../../core/job/spans.ts";
import {
  attemptFailed,
  completed,
  ended,
  errorRecordOf,
  handedOver,
  parked,
  progressed,
  snoozed,
} from "../../core/job/transitions.ts";
import { defined } from "../../core/kernel/defined.ts";
import { TransientError, traceOf } from "../../core/kernel/errors.ts";
import { wakeParent } from "../../core/operations/dispatch.ts";
import {
  Answered,
  Ended,
  type Execution,
  Finished,
  HandedOver,
  Parked,
  PutOff,
} from "../../core/operations/execution.ts";
import { eventOfJob, isInCatalog, lossOfEvent } from "../../core/operations/kept-event.ts";
import { load, storePayload } from "../../core/operations/payload.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import { isSearchOld, takeSearch } from "../../core/operations/take-search.ts";
import { progressPrefix, resultsPrefix } from "../../topology.ts";
import type { Transition } from "./attempt-policy.ts";
import { NotStarted, type Running } from "./context.ts";
import { changeClaimed } from "./fenced.ts";
import { around } from "./lists.ts";
import { withProgress, withUsed } from "./targets/record.ts";
import { OutOfTime, withinTime, withTimeout } from "./within-time.ts";

/**
 * Runs the executor and what stands around it, and returns what becomes of the job, or a NotStarted if the executor was not called. Throws
 * if nobody can say what the executor did: the end of the lease then counts as a crash.
 */
export async function runAttempt(running: Running): Promise<Transition | NotStarted | HandedOver> {
  const { services, engine, job, used } = running;
  try {
    const result = await withTimeout(services.clock, job.timeout_ms, async (signal) => {
      const found = await eventOfAttempt(running);
      const execute = around.reduceRight((inner, wrap) => wrap(inner, running, found), engine.execute);
      const inTime = withinTime(services, signal);
      const claim = {
        record: (progress: unknown, code?: Pick<Job, "bundle">) => recordProgress(running, inTime, progress, code),
        noteWaits: (waits: NonNullable<Running["waits"]>) => {
          running.waits = waits;
        },
        whenRecorded: (work: () => Promise<void>) => void running.afterwards.push(work),
        ...(endsElsewhere(found, job) && {
          handOver: (send: (handed: HandedTo) => Promise<void>) => handToTarget(running, inTime, send),
        }),
      };
      return execute(await executionOf(running, found, signal), { ...inTime, claim });
    });
    if (result instanceof HandedOver) return result;
    const event = eventWithSearch(running);
    const end = await succeeded(running, result);
    return withUsed(used, noting(running, event ? await searching(running, event, end, { result }) : end));
  } catch (cause) {
    const error = cause instanceof NotStarted || cause instanceof Unkept ? cause.cause : cause;
    const { hasBegun } = running;
    const isOutOfTime = cause instanceof OutOfTime;
    const chosen = await engine.policy.onThrown(services, job, { error, isOutOfTime, hasBegun });
    if (chosen) return chosen;
    if (cause instanceof NotStarted) return cause;
    if (cause instanceof Unkept) return withUsed(used, completedWithout(services, cause));
    const event = eventWithSearch(running);
    const end = await failedTransition(running, withProgress(cause, used));
    return withUsed(used, noting(running, event ? await searching(running, event, end) : end));
  }
}

/** The transition with what the executor says of waits. */
const noting =
  ({ waits }: Running, transition: Transition): Transition =>
  (job) =>
    waits ? withWaits(transition(job), waits()) : transition(job);

/** The event of a job that is found by values. Most are not, and wait for nothing here. */
function eventWithSearch({ services, job }: Running): ProductEvent | undefined {
  const event = services.catalog.lookup(job.product, job.event)?.event;
  return event?.search === undefined ? undefined : event;
}

/**
 * The transition with the values by which the job is found from then on, whose result is known if the run has completed. A run that goes on
 * is found by what it was.
 */
async function searching(
  running: Running,
  event: ProductEvent,
  transition: Transition,
  end?: { result: unknown },
): Promise<Transition> {
  const { services, job, searched } = running;
  if (end?.result instanceof Parked) return transition;
  const completes = end !== undefined && !(end.result instanceof Ended);
  // Without news the stored values stay: expressions have theirs by now, also where the attempt has failed.
  const isKnown = job.expressions !== true || searched === undefined;
  if (!completes && isKnown && !isSearchOld(event, job.search)) return transition;
  const search = await takeSearch(services, {
    ...{ product: job.product, env: job.env, event, before: job.search, input: searched },
    ...(completes && { result: resultTexts(event, resultOfEnd(end.result)) }),
  });
  return (of) => {
    const next = transition(of);
    // A run that undoes its steps is running still, and the indexer sees no change of one that does: it has them with its end.
    return next.status === "running" ? next : { ...next, ...defined({ search }) };
  };
}

/**
 * Reads again by what a job is found whose attempt was begun by another process, which had the values of its expressions. Not where its input
 * is not in its item: there is no room for that here.
 */
async function readSearched(running: Running, event: ProductEvent): Promise<void> {
  const { services, job } = running;
  if (!("inline" in job.input) || (!job.expressions && !isSearchOld(event, job.search))) return;
  const sent = job.input.inline as Record<string, unknown>;
  try {
    const input = job.expressions ? evaluatedInput(await eventOfAttempt(running), job, sent) : sent;
    running.searched = evaluatedTexts(event, input, job.expressions && sent);
  } catch (error) {
    services.log.warn("the values by which a job is found could not be read again", traceOf(error));
  }
}

const resultOfEnd = (result: unknown): unknown =>
  result instanceof Finished || result instanceof Answered ? result.result : result;

/** What becomes of a job whose attempt was handed over: `read` says what has come of it, as an executor does. */
export async function endOfHanded(running: Running, read: () => Promise<unknown>): Promise<Transition> {
  const event = eventWithSearch(running);
  if (event) await readSearched(running, event);
  try {
    const result = await read();
    const end = await succeeded(running, result);
    return event ? await searching(running, event, end, { result }) : end;
  } catch (cause) {
    if (cause instanceof TransientError) throw cause;
    if (cause instanceof Unkept) return completedWithout(running.services, cause);
    const end = await failedTransition(running, cause);
    return event ? await searching(running, event, end) : end;
  }
}

/** Targets are tried one after the other, and results are remembered and approvals hidden, by the process that waits for the result. */
const endsElsewhere = ({ group }: FoundEvent, { cache, approval }: Job): boolean =>
  group === undefined && cache === undefined && approval === undefined;

/** Record first, then send: what was sent without a record would be called again by the next claim. */
async function handToTarget(
  running: Running,
  inTime: ConsumerServices,
  send: (handed: HandedTo) => Promise<void>,
): Promise<HandedOver> {
  const { job, services } = running;
  const { id: job_id, run, attempt, claim_id = "" } = job;
  const changed = await changeClaimed(inTime, job, (of) => handedOver(of, services.clock.now())).catch((cause) => {
    throw cause instanceof TransientError ? new NotStarted("its call could not be noted", { cause }) : cause;
  });
  if (!changed) throw new NotStarted("another claim has taken its place", { delaySeconds: 0 });
  running.job = changed;
  await send({ job_id, run, attempt, claim_id });
  return new HandedOver();
}

async function eventOfAttempt({ services, job }: Running): Promise<FoundEvent> {
  const found = await eventOfJob(services, job).catch(unread);
  if (isInCatalog(job, found)) return found;
  throw new MissingInCatalog(lossOfEvent(services.catalog, job, found));
}

async function executionOf(running: Running, found: FoundEvent, signal: AbortSignal): Promise<Execution> {
  const { services, job, room } = running;
  const { blobs, secrets, clock, log } = services;
  const kept = (stored: Stored) => load(blobs, stored).catch(unread);
  return {
    job,
    input: (await kept(job.input)) as Record<string, unknown>,
    ...catalogValuesOf(found.product, job.env),
    event: found.event,
    target: found.target,
    idempotencyKey: `${job.id}-${job.run}`,
    progress: job.progress && (await kept(job.progress)),
    signal,
    deadline: (job.started_at ?? clock.now()) + job.timeout_ms,
    ...{ room, secrets, blobs, clock, log },
    ...defined({ trace: sentTrace(job, services.traces) }),
  };
}

/** An outage of the blob store must not spend an attempt. */
function unread(cause: unknown): never {
  throw cause instanceof TransientError ? new NotStarted("what the job needs could not be read", { cause }) : cause;
}

async function succeeded(running: Running, result: unknown): Promise<Transition> {
  const now = running.services.clock.now();
  if (result instanceof Parked) {
    const progress = await storeValue(running, progressPrefix, result.progress);
    return (of) => parked(of, progress, result.wakeAt, result.next);
  }
  if (result instanceof PutOff) {
    const { error, wakesParent } = result;
    running.services.log.warn("an attempt is put off: nothing of it has run", { code: error.code });
    if (wakesParent) running.afterwards.push(() => wakeParent(running.services, running.job));
    return (of) => snoozed(of, now, { error, isUnasked: true });
  }
  if (result instanceof Ended) {
    const { error, undos } = result;
    const progress = await storeValue(running, progressPrefix, result.progress);
    return (of) =>
      ended(of, now, {
        progress,
        ...defined({ error: error && errorRecordOf(error, false), thrown: error?.thrown, undos }),
      });
  }
  if (result instanceof Answered) {
    const kept = await storeResult(running, result.result);
    return (of) => completed(of, now, kept, { cachedFrom: result.from });
  }
  const finished = result instanceof Finished ? result : new Finished(result, undefined);
  const kept = await storeResult(running, finished.result);
  const progress = await keepProgress(running, finished.progress).catch(() => undefined);
  return (of) => completed(of, now, kept, defined({ progress }));
}

async function failedTransition(running: Running, cause: unknown): Promise<Transition> {
  const { services, random } = running;
  const error = cause instanceof JobError ? cause : unexpected(cause);
  if (error !== cause) services.log.error("executor threw", traceOf(cause));
  const fails = (of: JobError, progress?: Stored): Transition => {
    const now = services.clock.now();
    return (job) => attemptFailed(job, now, { error: of, random, ...defined({ progress }) });
  };
  try {
    return fails(error, await keepProgress(running, error.progress));
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

const storeResult = (running: Running, result: unknown): Promise<Stored> =>
  storeValue(running, resultsPrefix, result).catch((cause) => {
    throw new Unkept("the result could not be stored", { cause });
  });

/** What was done must not be done again because its result cannot be stored: the job completes, and says so in its result. */
function completedWithout({ clock, log }: ConsumerServices, { cause }: Unkept): Transition {
  const now = clock.now();
  log.error("result lost: it could not be stored", traceOf(cause));
  return (of) => completed(of, now, { inline: { result_lost: true } });
}

async function recordProgress(
  running: Running,
  inTime: ConsumerServices,
  progress: unknown,
  code: Pick<Job, "bundle"> = {},
): Promise<void> {
  const stored = await storeValue({ ...running, services: inTime }, progressPrefix, progress);
  const changed = await changeClaimed(
    inTime,
    running.job,
    noting(running, (of) => progressed(of, stored, code)),
  );
  if (!changed) throw new TransientError("CLAIM_LOST", "The job has another claim, or none.");
  running.job = changed;
}

const keepProgress = async (running: Running, progress: unknown): Promise<Stored | undefined> =>
  progress === undefined ? undefined : storeValue(running, progressPrefix, progress);

/** The key names the claim too: a consumer that has lost it must not change what the next consumer of the attempt kept. */
const storeValue = ({ services, job, repeating }: Running, prefix: string, value: unknown): Promise<Stored> =>
  repeating(() => storePayload(services.blobs, `${prefix}${job.id}/${job.run}/${job.attempt}/${job.claim_id}`, value));
