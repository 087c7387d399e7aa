import type { Catalog } from "../catalog/catalog.ts";
import { isFinished, type Job } from "../job/job.ts";
import { derivedJobId, newJobId } from "../job/job-id.ts";
import { route } from "../job/route.ts";
import {
  type Debouncing,
  debounced,
  holdsKey,
  type KeyHolder,
  keepsPlace,
  keptRequests,
  type Shared,
  type SharedKey,
  uniqueKeyOf,
} from "../job/shared-key.ts";
import { cancelled } from "../job/transitions.ts";
import { defined } from "../kernel/defined.ts";
import { dayMs } from "../kernel/duration-ms.ts";
import { InternalError, TransientError } from "../kernel/errors.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { RequestAnswer, SharedKeys } from "../ports/shared-keys.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { type Change, type Changing, cancelJob, changedBy, changeJob, unschedule } from "./change-job.ts";
import { dispatch } from "./dispatch.ts";
import { leaveLines, mayStand } from "./lines.ts";
import { forgetPayload } from "./payload.ts";
import {
  answeredAgain,
  prepareJob,
  type Scheduling,
  schedulingError,
  sharesInput,
  throwUnrecorded,
  undispatched,
} from "./schedule-job.ts";

/*
 * Jobs that requests share by a key (`debounce`, `unique`). An item per key names the job that has it. Only conditional writes of
 * single items are used:
 *
 * 1. A key moves to the id of a new job before that job is stored, and only as it was read: each move has a token.
 * 2. A request that finds no job with that id moves the key to the same id, and stores its job under it, on condition that there
 *    is none. Of many requests one succeeds, and a request that died in between holds up no other.
 * 3. The job that had a unique key before still counts until then, since it may be retried. It is read once more after the new
 *    job is stored and before that one is dispatched.
 *
 * So the key names the job, whichever request dies, and the job can be read for whether it still holds the key: nothing has to
 * be released when it ends, and what a deleted job leaves behind is a key whose id is free.
 *
 * A request with an idempotency key also leaves its answer, under the id that its own job would have had: only the first answer
 * counts. It is kept before the job is stored, or the request is added to it, and counts only if that has happened. The job
 * remembers these ids too, for a request that was added.
 */

export interface SharedScheduling extends Scheduling {
  catalog: Pick<Catalog, "products">;
  sharedKeys: SharedKeys;
}

/** The job of a request, and what the request came to if it shares that job with others. */
export interface SharedOutcome extends Shared {
  job: Job;
}

/** A request on its way to a job. */
interface Making {
  request: AcceptedRequest;
  key: SharedKey;
  /** The job that the request would make, under an id that is not the one it gets. */
  made: Job;
  /** The id of the request's idempotency key. */
  id: string | undefined;
  /** An earlier answer under that key, whose job does not exist: it was deleted, or never stored, or is about to be. */
  stale?: RequestAnswer | undefined;
}

/**
 * What to do after another request has come first. `retry`: read the key again. `restart`: begin with a new copy of the input, since
 * the job that refers to the present one is not the answer to this request.
 */
type Lost = "retry" | "restart";

/** How long a key, and the answer to a request with an idempotency key, are kept after the job was due. */
const keptMs = { key: 400 * dayMs, answer: 90 * dayMs } as const;

const rounds = { schedule: 25, retry: 10 } as const;

/** Throws a failure as `scheduleJob` does; `jobId` is that of a job which may run in spite of it. */
const rethrow = (jobId?: string) => (cause: unknown) => {
  throw schedulingError(cause, jobId);
};

/**
 * Schedules a request with `debounce` or `unique`. Throws as `scheduleJob` does, and STATE_CONFLICT if the request may only
 * replace a job that waits, and it runs.
 */
export async function scheduleShared(
  services: SharedScheduling,
  request: AcceptedRequest,
  key: SharedKey,
): Promise<SharedOutcome> {
  for (let round = 0; round < rounds.schedule; round++) {
    const outcome = await tryShared(services, request, key);
    if (outcome !== "restart") return outcome;
  }
  throw schedulingError(contended());
}

async function tryShared(
  services: SharedScheduling,
  request: AcceptedRequest,
  key: SharedKey,
): Promise<SharedOutcome | "restart"> {
  const id = idempotencyId(request);
  const prepared = await prepareJob(services, request);
  const made = id === undefined ? prepared : { ...prepared, idempotency_ids: [id] };
  try {
    const outcome = await giveKey(services, { request, key, made, id });
    if (outcome !== "restart" && !sharesInput(outcome.job, made)) await forgetPayload(services, made.input);
    return outcome;
  } catch (cause) {
    const error = schedulingError(cause);
    if (!mayBeKept(error)) await forgetPayload(services, made.input);
    throw error;
  }
}

/** The id that the request's idempotency key would give to a job that it does not share. */
const idempotencyId = ({ product, env, idempotency_key: key }: AcceptedRequest): string | undefined =>
  key === undefined ? undefined : derivedJobId(product.tag, env, key);

const contended = () => new TransientError("CONTENDED", "too many requests have the same key");

/** Whether a job may have the input of a request that failed. */
const mayBeKept = (error: unknown): boolean =>
  error instanceof InternalError ||
  (error instanceof RequestError && error.jobId !== undefined && error.code !== "STATE_CONFLICT");

/** Finds or makes the job of a request. Starts over where other requests or the job's consumer come first. */
async function giveKey(services: SharedScheduling, making: Making): Promise<SharedOutcome | "restart"> {
  let known = making;
  let replaced: Shared = {};
  for (let round = 0; round < rounds.schedule; round++) {
    const next = await oneRound(services, known, replaced);
    if (next === "retry") continue;
    if (next === "restart" || "job" in next) return next;
    if ("stale" in next) known = { ...making, stale: next.stale };
    else replaced = { replaced: next.cancelled };
  }
  throw contended();
}

async function oneRound(
  services: SharedScheduling,
  making: Making,
  replaced: Shared,
): Promise<SharedOutcome | { cancelled: string } | { stale: RequestAnswer } | Lost> {
  const { request, key, id } = making;
  const holder = await services.sharedKeys.get(key);
  const { current, holding } = await jobsHolding(services, holder, key);
  // Read after the job, so that an answer which was kept before that job came into being is seen.
  const before = id === undefined ? {} : await answeredBefore(services, request, id);
  if (before.outcome) return before.outcome;
  if (request.passed) throw invalidRequest(request.passed);
  // What it names was read before this answer, whose request may be about to store its job since another one ended.
  if (before.stale && !isSameAnswer(before.stale, making.stale)) return { stale: before.stale };
  const own = id === undefined ? undefined : await ownJob(services, id, [current, holding], holder);
  if (id !== undefined && own) return answerWith(services, making, { ...asBefore(own, id), ...replaced }, own);
  if (!holding) return makeSharedJob(services, making, { holder, current }, replaced);
  if (request.debounce) return addTo(services, making, request.debounce, holding);
  if (request.unique?.on_conflict === "skip") {
    return answerWith(services, making, { as: "skipped", ...replaced }, holding);
  }
  return replaceHolder(services, request, holding);
}

const isSameAnswer = (a: RequestAnswer, b: RequestAnswer | undefined) =>
  a.job_id === b?.job_id && a.created_at === b.created_at;

/** The job that a key names, if it exists, and the job that holds the key, if any does. */
async function jobsHolding(
  { jobs }: SharedScheduling,
  holder: KeyHolder | undefined,
  { kind }: SharedKey,
): Promise<{ current?: Job; holding?: Job }> {
  const current = holder && (await jobs.get(holder.job_id));
  if (current) return { current, ...(holdsKey(current, kind) && { holding: current }) };
  // A debounced job whose key has moved on has started, also if it was snoozed since.
  const former = kind === "unique" ? holder?.previous : undefined;
  const previous = former === undefined ? undefined : await jobs.get(former);
  return previous && holdsKey(previous, kind) ? { holding: previous } : {};
}

/** The answer to an earlier request with the same idempotency key. `stale` is one whose job does not exist. */
interface Before {
  outcome?: SharedOutcome;
  stale?: RequestAnswer;
}

/** What an earlier request with the same idempotency key was answered. Throws IDEMPOTENCY_MISMATCH. */
async function answeredBefore(services: SharedScheduling, request: AcceptedRequest, id: string): Promise<Before> {
  // A job with the id itself was made before its event had a key.
  const [answer, own] = await Promise.all([services.sharedKeys.answer(id), services.jobs.get(id)]);
  if (own) return { outcome: { job: await answeredAgain(services, own, request, own.fingerprint) } };
  if (!answer) return {};
  const job = await services.jobs.get(answer.job_id);
  // The job may have been deleted, and another request may have made its job under the id.
  if (job?.created_at !== answer.created_at || !hasRequest(job, id, answer)) return { stale: answer };
  const { job_id: _id, created_at: _at, fingerprint, ...shared } = answer;
  return { outcome: { job: await answeredAgain(services, job, request, fingerprint), ...shared } };
}

/**
 * Whether a job has a request that was to make it, or to be added to it: the answer was kept before, and that may have failed. Of two
 * requests of one millisecond, another one may have made the job that has this id and time.
 */
const hasRequest = ({ idempotency_ids: ids = [] }: Job, id: string, { as }: RequestAnswer): boolean =>
  // A job that remembers as many as it can may have forgotten this one.
  as === "skipped" || ids.includes(id) || ids.length >= keptRequests;

/** Keeps the answer to a request, unless another request with its idempotency key was answered meanwhile. */
async function rememberAnswer(
  { sharedKeys, clock }: SharedScheduling,
  { request: { fingerprint }, id, stale }: Making,
  { job, ...shared }: SharedOutcome,
): Promise<"kept" | "lost"> {
  if (id === undefined) return "kept";
  const answer = { ...shared, job_id: job.id, created_at: job.created_at, fingerprint };
  return sharedKeys.keepAnswer(id, answer, Math.max(clock.now(), job.due_at) + keptMs.answer, stale);
}

/**
 * The job that has the request already: it died, or lost its answer, after it had taken effect. Meanwhile that job may have ended,
 * and another request have made the next one.
 */
async function ownJob(
  { jobs }: SharedScheduling,
  id: string,
  known: readonly (Job | undefined)[],
  holder: KeyHolder | undefined,
): Promise<Job | undefined> {
  const has = (job: Job | undefined) => job?.idempotency_ids?.includes(id) ?? false;
  const found = known.find(has);
  if (found || holder?.previous === undefined) return found;
  const previous = known.find((job) => job?.id === holder.previous) ?? (await jobs.get(holder.previous));
  return has(previous) ? previous : undefined;
}

/** A job that other requests were added to was not made by this one, as far as the job remembers. */
const asBefore = ({ debounce, idempotency_ids: ids }: Job, id: string): Shared =>
  debounce && debounce.requests > 1 && ids?.[0] !== id ? { as: "debounced" } : {};

/** Answers a request with a job that exists, and keeps that answer: a repetition that comes once the job has ended gets it too. */
async function answerWith(
  services: SharedScheduling,
  making: Making,
  shared: Shared,
  existing: Job,
): Promise<SharedOutcome | "retry"> {
  const outcome = { job: await answeredAgain(services, existing, making.request, undefined), ...shared };
  const kept = await rememberAnswer(services, making, outcome).catch(rethrow(outcome.job.id));
  return kept === "kept" ? outcome : "retry";
}

/**
 * Adds a request to a debounced job. Its answer is kept first, and counts once the job has the request: the job may end, and others
 * follow it, before the caller asks again.
 */
async function addTo(
  services: SharedScheduling,
  making: Making,
  debounce: Debouncing,
  holding: Job,
): Promise<SharedOutcome | "retry"> {
  const { made } = making;
  const now = services.clock.now();
  const next = debounced(holding, made, debounce, now);
  const outcome: SharedOutcome = { job: next, as: "debounced" };
  if ((await rememberAnswer(services, making, outcome).catch(rethrow())) === "lost") return "retry";
  if ((await services.jobs.replace(next).catch(rethrow(holding.id))) === "lost") return "retry";
  // One that keeps its place in a line is called there, and has a message otherwise.
  if (!keepsPlace(holding, made, now)) await moveDebounced(services, holding, next).catch(rethrow(next.id));
  return outcome;
}

/**
 * Dispatches a debounced job for its new time. What fails here is repaired by a repetition, or by the reconciler. A message of
 * the old time is dropped by the consumer; only a schedule that is far off is worth a call to delete it.
 */
async function moveDebounced(services: SharedScheduling, before: Job, next: Job): Promise<void> {
  const now = services.clock.now();
  if (route(now, before).via === "scheduler") await unschedule(services, before, next);
  if (mayStand(before, now)) await leaveLines(services, before);
  await dispatch(services, next);
}

const replacedReason = "replaced by a later request with its unique key";

/** Cancels the job that holds a key. The request then makes another one. */
async function replaceHolder(services: SharedScheduling, request: AcceptedRequest, holding: Job) {
  const mayRun = request.unique?.on_conflict === "cancel_running";
  const change: Change = (job, now) => {
    if (isFinished(job) || job.created_at !== holding.created_at) return "unchanged";
    if (job.ending && mayRun) return "unchanged";
    if (job.status === "running" && !mayRun) throw stillRunsError(job);
    return cancelled(job, now, replacedReason);
  };
  const { made_by: actor, made_by_name: name } = request;
  const by = actor && { actor, ...defined({ name }), change: "replace" as const };
  await changeJob(services, holding.id, by ? changedBy(change, by) : change).catch((error) => {
    if (!(error instanceof RequestError && error.code === "JOB_NOT_FOUND")) throw error;
  });
  return { cancelled: holding.id };
}

const stillRunsError = (job: Job) =>
  new RequestError(
    "STATE_CONFLICT",
    "A job with this unique key runs, and `replace` cancels only one that waits: try again once it has ended, or use `cancel_running`.",
    { jobId: job.id, jobStatus: job.status },
  );

/** What the key of a request was found to name. */
interface KeyState {
  holder: KeyHolder | undefined;
  current: Job | undefined;
}

/**
 * Makes a job under the id that the key names, after moving the key to a new id if the job with that id is over. The answer to its
 * request is kept first, and counts once the job exists: it may end, and others follow it, before the caller asks again.
 */
async function makeSharedJob(
  services: SharedScheduling,
  making: Making,
  { holder, current }: KeyState,
  replaced: Shared,
): Promise<SharedOutcome | Lost> {
  const { key, made } = making;
  const free = holder && !current ? holder : { job_id: newJobId(), ...(current && { previous: current.id }) };
  const next = { ...free, token: crypto.randomUUID() };
  const movedAt = services.clock.now();
  // A series has no end that is known, so its key is never forgotten.
  const until = made.repeat ? undefined : Math.max(movedAt, made.due_at) + keptMs.key;
  if ((await services.sharedKeys.move(key, holder?.token, next, until)) === "lost") return "retry";
  const job = { ...made, id: next.job_id };
  const outcome: SharedOutcome = { job, ...replaced };
  if ((await rememberAnswer(services, making, outcome).catch(rethrow())) === "lost") return "retry";
  const created = await services.jobs.create(job).catch((cause) => throwUnrecorded(services, job, cause));
  if (created.outcome === "exists") return "retry";
  const isLate = services.clock.now() - movedAt > lateMs;
  const check = () => mustYield(services, job, key, isLate ? next : { ...next, job_id: undefined });
  const yields = await check().catch((cause) => throwUnrecorded(services, job, cause));
  // A job that a request was answered with meanwhile stays.
  if (yields && (await services.jobs.remove(job).catch(rethrow(job.id))) === "removed") return "restart";
  await dispatch(services, job).catch((cause) => undispatched(services, job, cause));
  return outcome;
}

/** A job that was stored later than this after its key had moved: another one with the id may have come and gone meanwhile. */
const lateMs = 5000;

/**
 * Whether a stored job has to yield: the job that had the key was retried before this one was stored, or the key has moved on.
 * A retry looks for a new job after that in turn (`yieldKey`).
 */
async function mustYield(
  { jobs, sharedKeys }: SharedScheduling,
  { id }: Job,
  key: SharedKey,
  { job_id, previous }: { job_id: string | undefined; previous?: string },
): Promise<boolean> {
  if (job_id !== undefined && (await sharedKeys.get(key))?.job_id !== id) return true;
  const before = key.kind === "unique" && previous !== undefined ? await jobs.get(previous) : undefined;
  return before !== undefined && !isFinished(before);
}

/** What gives a job that is retried its key again. */
export type Retrying = Pick<SharedScheduling, "sharedKeys" | "clock"> & { jobs: Pick<JobStore, "get"> };

/**
 * Gives a failed job its unique key again, so that it can be retried. Throws STATE_CONFLICT if another job of the key is open.
 * A job without a unique key costs no call.
 */
export async function requireKey(services: Retrying, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  if (!key || job.status !== "failed") return;
  for (let round = 0; round < rounds.retry; round++) if ((await takeKey(services, job, key)) === "taken") return;
  throw new TransientError("CONTENDED", "too many requests have the job's unique key");
}

/** Throws STATE_CONFLICT where `requireKey` would, without giving the key to the job. */
export async function checkKey(services: Pick<Retrying, "jobs" | "sharedKeys">, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  if (key && job.status === "failed") await keyHolder(services, job, key);
}

/** Who has the job's key. Throws STATE_CONFLICT if it is another job that is open. */
async function keyHolder({ jobs, sharedKeys }: Pick<Retrying, "jobs" | "sharedKeys">, job: Job, key: SharedKey) {
  const holder = await sharedKeys.get(key);
  if (holder === undefined || holder.job_id === job.id) return { holder };
  const other = await jobs.get(holder.job_id);
  if (other && !isFinished(other)) throw isOpen(job, other);
  return { holder, other };
}

async function takeKey(services: Retrying, job: Job, key: SharedKey): Promise<"taken" | "retry"> {
  const { sharedKeys, clock } = services;
  const { holder, other } = await keyHolder(services, job, key);
  if (holder?.job_id === job.id) return "taken";
  // As long as the later request has not stored its job, this one still counts as the job of the key.
  if (!other && holder?.previous === job.id) return "taken";
  const next = { job_id: job.id, token: crypto.randomUUID(), ...(other && { previous: other.id }) };
  const until = job.repeat ? undefined : clock.now() + keptMs.key;
  return (await sharedKeys.move(key, holder?.token, next, until)) === "moved" ? "taken" : "retry";
}

/**
 * Cancels a job that was retried while a request made another one with its key: each of the two looks for the other one after
 * its own write. Throws STATE_CONFLICT then.
 */
export async function yieldKey(services: Retrying & Changing, job: Job): Promise<void> {
  const key = uniqueKeyOf(job);
  const holder = key && (await services.sharedKeys.get(key));
  if (!holder || holder.job_id === job.id) return;
  const other = await services.jobs.get(holder.job_id);
  if (!other || isFinished(other)) return;
  await cancelJob(services, job.id, "a later request with its unique key came first");
  throw isOpen(job, other);
}

const isOpen = (job: Job, other: Job) =>
  new RequestError(
    "STATE_CONFLICT",
    `Another job with its unique key is open: ${other.id}. Retry it once that one has ended, or cancel that one.`,
    { jobId: job.id, jobStatus: job.status },
  );
