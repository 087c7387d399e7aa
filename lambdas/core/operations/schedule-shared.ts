import { InternalError, TransientError } from "../errors.ts";
import { isFinished, type Job } from "../job/job.ts";
import { derivedJobId, newJobId } from "../job/job-id.ts";
import { route } from "../job/route.ts";
import { debounced, holdsKey, type KeyHolder, type Shared, type SharedKey } from "../job/shared-key.ts";
import { cancelled } from "../job/transitions.ts";
import type { SharedKeys } from "../ports/ports.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { RequestError } from "../requests/request-error.ts";
import { invalidRequest } from "../schema/parse-body.ts";
import { changeJob, unschedule } from "./change-job.ts";
import { dispatch } from "./dispatch.ts";
import { forget } from "./payload.ts";
import {
  answeredAgain,
  errorOf,
  prepare,
  type Scheduling,
  scheduleJob,
  sharesInput,
  undispatched,
  unrecorded,
} from "./schedule-job.ts";

/*
 * Jobs that requests share by a key (`debounce`, `unique`). An item per key names the job that has it. Only conditional writes of
 * single items are used:
 *
 * 1. A key moves to the id of a new job before that job is stored, and only from a job that no longer holds it.
 * 2. Whoever finds that the job with that id does not exist yet stores its own job under it, on condition that there is none. Of
 *    many requests, one succeeds, and a request that died between the two writes holds up no other.
 * 3. The job that had the key before still counts until then, since it may be retried. It is read once more after the new job is
 *    stored and before that one is dispatched.
 *
 * So the key names the job, whichever request dies, and the job can be read for whether it still holds the key: nothing has to
 * be released when it ends, and what a deleted job leaves behind is a key whose id is free.
 */

export interface SharedScheduling extends Scheduling {
  sharedKeys: SharedKeys;
}

/** The job of a request, and what the request came to if it shares that job with others. */
export interface Outcome extends Shared {
  job: Job;
}

const rounds = 25;

/** How long a key, and the answer to a request with an idempotency key, are kept after the job was due. */
const dayMs = 86_400_000;
export const keptMs = { key: 400 * dayMs, answer: 90 * dayMs } as const;

/** Whether the job of a request depends on other requests, so that requests have to be handled in their order. */
export const sharedKeyOf = ({ product, env, tag, debounce, unique }: AcceptedRequest): SharedKey | undefined => {
  const of = { product: product.tag, env, event: tag };
  if (debounce) return { ...of, kind: "debounce", key: debounce.key };
  return unique && { ...of, kind: "unique", key: unique.key };
};

/** Schedules any request as `scheduleJob` does, also one that shares its job with others. */
export async function scheduleRequest(services: SharedScheduling, request: AcceptedRequest): Promise<Outcome> {
  const key = sharedKeyOf(request);
  return key === undefined ? { job: await scheduleJob(services, request) } : scheduleShared(services, request, key);
}

/**
 * Schedules a request with `debounce` or `unique`. Throws as `scheduleJob` does, and STATE_CONFLICT if the request may only
 * replace a job that waits, and it runs.
 */
async function scheduleShared(services: SharedScheduling, request: AcceptedRequest, key: SharedKey): Promise<Outcome> {
  const id = idempotencyId(request);
  const before = id === undefined ? undefined : await answeredBefore(services, request, id).catch(rethrow());
  if (before) return before;
  if (request.passed) throw invalidRequest(request.passed);
  const prepared = await prepare(services, request);
  const made = id === undefined ? prepared : { ...prepared, idempotency_ids: [id] };
  const outcome = await settle(services, request, { key, made, id }).catch(async (cause: unknown) => {
    const error = errorOf(cause);
    if (!mayBeKept(error)) await forget(services, made.input);
    throw error;
  });
  if (!sharesInput(outcome.job, made)) await forget(services, made.input);
  if (id !== undefined) await keepAnswer(services, request, id, outcome).catch(rethrow(outcome.job.id));
  return outcome;
}

/** The id that the request's idempotency key would give to a job of its own. */
const idempotencyId = ({ product, env, idempotency_key: key }: AcceptedRequest): string | undefined =>
  key === undefined ? undefined : derivedJobId(product.tag, env, key);

/** Whether a job may have the input of a request that failed. */
const mayBeKept = (error: unknown): boolean =>
  error instanceof InternalError ||
  (error instanceof RequestError && error.jobId !== undefined && error.code !== "STATE_CONFLICT");

const rethrow = (jobId?: string) => (cause: unknown) => {
  throw errorOf(cause, jobId);
};

/** What an earlier request with the same idempotency key was answered, if its job still exists. Throws IDEMPOTENCY_MISMATCH. */
async function answeredBefore(
  services: SharedScheduling,
  request: AcceptedRequest,
  id: string,
): Promise<Outcome | undefined> {
  // A job with the id itself was made before its event had a key.
  const [answer, own] = await Promise.all([services.sharedKeys.answer(id), services.jobs.get(id)]);
  if (own) return { job: await answeredAgain(services, own, request, own.fingerprint) };
  const job = answer && (await services.jobs.get(answer.job_id));
  // The job may have been deleted, and another request may have made its job under the id.
  if (!answer || job?.created_at !== answer.created_at) return undefined;
  const { job_id: _id, created_at: _at, fingerprint, ...shared } = answer;
  return { job: await answeredAgain(services, job, request, fingerprint), ...shared };
}

const keepAnswer = (
  { sharedKeys, clock }: SharedScheduling,
  { fingerprint }: AcceptedRequest,
  id: string,
  { job, ...shared }: Outcome,
): Promise<void> =>
  sharedKeys.keepAnswer(
    id,
    { ...shared, job_id: job.id, created_at: job.created_at, fingerprint },
    Math.max(clock.now(), job.due_at) + keptMs.answer,
  );

interface Making {
  key: SharedKey;
  /** The job that the request would make, under an id that is not the one it gets. */
  made: Job;
  /** The id of the request's idempotency key. */
  id: string | undefined;
}

/** Finds or makes the job of a request. Starts over where other requests or the job's consumer come first. */
async function settle(services: SharedScheduling, request: AcceptedRequest, making: Making): Promise<Outcome> {
  const { key, id } = making;
  let replaced: string | undefined;
  for (let round = 0; round < rounds; round++) {
    const holder = await services.sharedKeys.get(key);
    const { current, holding } = await jobsOf(services, holder, key);
    const own = [current, holding].find((job) => id !== undefined && job?.idempotency_ids?.includes(id));
    // The request died, or lost its answer, after it had taken effect.
    if (own) return { job: await answeredAgain(services, own, request, undefined), ...asBefore(own, id) };
    const outcome = holding
      ? await share(services, request, making, holding)
      : await make(services, making, holder, current);
    if (outcome === "again") continue;
    if ("cancelled" in outcome) replaced = outcome.cancelled;
    else return { ...outcome, ...(replaced !== undefined && { replaced }) };
  }
  throw new TransientError("CONTENDED", "too many requests have the same key");
}

/** A job that other requests were added to was not made by this one, as far as the job remembers. */
const asBefore = ({ debounce, idempotency_ids: ids }: Job, id: string | undefined): Shared =>
  debounce && debounce.requests > 1 && ids?.[0] !== id ? { as: "debounced" } : {};

/** The job that a key names, if it exists, and the job that holds the key, if any does. */
async function jobsOf(
  { jobs }: Scheduling,
  holder: KeyHolder | undefined,
  { kind }: SharedKey,
): Promise<{ current?: Job; holding?: Job }> {
  const current = holder && (await jobs.get(holder.job_id));
  if (current) return { current, ...(holdsKey(current, kind) && { holding: current }) };
  const previous = holder?.previous === undefined ? undefined : await jobs.get(holder.previous);
  return previous && holdsKey(previous, kind) ? { holding: previous } : {};
}

/** Makes a job under the id that the key names, after moving the key to a new id if the old one is used up. */
async function make(
  services: SharedScheduling,
  { key, made }: Making,
  holder: KeyHolder | undefined,
  current: Job | undefined,
): Promise<Outcome | "again"> {
  if (!holder || current) {
    const next = { job_id: newJobId(), ...(current && { previous: current.id }) };
    // A series has no end that is known, so its key is never forgotten.
    const until = made.repeat ? undefined : Math.max(services.clock.now(), made.due_at) + keptMs.key;
    const outcome = await services.sharedKeys.move(key, holder?.job_id, next, until);
    return outcome === "lost" ? "again" : store(services, { ...made, id: next.job_id }, key, next.previous);
  }
  return store(services, { ...made, id: holder.job_id }, key, holder.previous);
}

/** Stores and dispatches a job, unless another request has stored its own under the id. */
async function store(
  services: SharedScheduling,
  job: Job,
  { kind }: SharedKey,
  previous: string | undefined,
): Promise<Outcome | "again"> {
  const created = await services.jobs.create(job).catch((cause) => unrecorded(services, job, cause));
  if (created.outcome === "exists") return "again";
  if (kind === "unique" && previous !== undefined && (await isRetried(services, job, previous))) return "again";
  await dispatch(services, job).catch((cause) => undispatched(services, job, cause));
  return { job };
}

/**
 * Whether the job that had the key was retried before this one was stored, which is then taken back. Whoever retries a job looks
 * for a new one after that in turn (`yieldKey`).
 */
async function isRetried(services: SharedScheduling, job: Job, previous: string): Promise<boolean> {
  const before = await services.jobs.get(previous).catch((cause) => unrecorded(services, job, cause));
  if (!before || isFinished(before)) return false;
  return (await services.jobs.remove(job).catch(rethrow(job.id))) === "removed";
}

/** What a request does with the job that holds its key. */
async function share(
  services: SharedScheduling,
  request: AcceptedRequest,
  { made }: Making,
  holding: Job,
): Promise<Outcome | { cancelled: string } | "again"> {
  if (request.debounce) {
    const next = debounced(holding, made, request.debounce, services.clock.now());
    const written = await services.jobs.replace(next).catch(rethrow(holding.id));
    if (written === "lost") return "again";
    return { job: await moved(services, holding, next), as: "debounced" };
  }
  if (request.unique?.on_conflict === "skip") {
    return { job: await answeredAgain(services, holding, request, undefined), as: "skipped" };
  }
  return replace(services, request, holding);
}

/**
 * Dispatches a debounced job for its new time. What fails here is repaired by a repetition, or by the reconciler. A message of
 * the old time is dropped by the consumer; only a schedule that is far off is worth a call to delete it.
 */
async function moved(services: SharedScheduling, before: Job, next: Job): Promise<Job> {
  const isFar = route(services.clock.now(), before.due_at).via === "scheduler";
  const following = async () => {
    if (isFar) await unschedule(services, before, next);
    await dispatch(services, next);
  };
  await following().catch(rethrow(next.id));
  return next;
}

const replacedReason = "replaced by a later request with its unique key";

/** Cancels the job that holds a key. The request then makes its own. */
async function replace(services: SharedScheduling, request: AcceptedRequest, holding: Job) {
  const mayRun = request.unique?.on_conflict === "cancel_running";
  await changeJob(services, holding.id, (job, now) => {
    if (isFinished(job) || job.created_at !== holding.created_at) return "unchanged";
    if (job.status === "running" && !mayRun) throw runs(job);
    return cancelled(job, now, replacedReason);
  }).catch((error) => {
    if (!(error instanceof RequestError && error.code === "JOB_NOT_FOUND")) throw error;
  });
  return { cancelled: holding.id };
}

const runs = (job: Job) =>
  new RequestError(
    "STATE_CONFLICT",
    "A job with this unique key runs, and `replace` cancels only one that waits: try again once it has ended, or use `cancel_running`.",
    { jobId: job.id, jobStatus: job.status },
  );
