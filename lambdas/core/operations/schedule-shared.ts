import { isFinished, type Job } from "../job/job.ts";
import { route } from "../job/route.ts";
import {
  type Debouncing,
  debounced,
  type KeyHolder,
  keepsPlace,
  type Shared,
  type SharedKey,
} from "../job/shared-key.ts";
import { cancelled } from "../job/transitions.ts";
import { InternalError, TransientError } from "../kernel/errors.ts";
import { invalidRequest } from "../kernel/parse-body.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { RequestAnswer } from "../ports/shared-keys.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { changeJob, unschedule } from "./change-job.ts";
import { dispatch } from "./dispatch.ts";
import { leaveLines, mayStand } from "./lines.ts";
import { jobsOf, make } from "./make-shared.ts";
import { forget } from "./payload.ts";
import { answeredAgain, errorOf, prepare, sharesInput } from "./schedule-job.ts";
import { answeredBefore, idempotencyId, keepAnswer } from "./shared-answers.ts";
import {
  type Lost,
  type Making,
  type Outcome,
  type Recorded,
  rethrow,
  type SharedScheduling,
  settled,
} from "./shared-scheduling.ts";

const rounds = 25;

/**
 * Schedules a request with `debounce` or `unique`. Throws as `scheduleJob` does, and STATE_CONFLICT if the request may only
 * replace a job that waits, and it runs.
 */
export async function scheduleShared(
  services: SharedScheduling,
  request: AcceptedRequest,
  key: SharedKey,
): Promise<Outcome> {
  for (let round = 0; round < rounds; round++) {
    const outcome = await tryShared(services, request, key);
    if (outcome !== "afresh") return outcome;
  }
  throw errorOf(contended());
}

async function tryShared(
  services: SharedScheduling,
  request: AcceptedRequest,
  key: SharedKey,
): Promise<Outcome | "afresh"> {
  const id = idempotencyId(request);
  const prepared = await prepare(services, request);
  const made = id === undefined ? prepared : { ...prepared, idempotency_ids: [id] };
  try {
    const outcome = await settle(services, request, { key, made, id });
    if (outcome !== "afresh" && !sharesInput(outcome.job, made)) await forget(services, made.input);
    return outcome;
  } catch (cause) {
    const error = errorOf(cause);
    if (!mayBeKept(error)) await forget(services, made.input);
    throw error;
  }
}

const contended = () => new TransientError("CONTENDED", "too many requests have the same key");

/** Whether a job may have the input of a request that failed. */
const mayBeKept = (error: unknown): boolean =>
  error instanceof InternalError ||
  (error instanceof RequestError && error.jobId !== undefined && error.code !== "STATE_CONFLICT");

/** Finds or makes the job of a request. Starts over where other requests or the job's consumer come first. */
async function settle(
  services: SharedScheduling,
  request: AcceptedRequest,
  making: Making,
): Promise<Outcome | "afresh"> {
  let replaced: { replaced?: string } = {};
  for (let round = 0; round < rounds; round++) {
    const next = await oneRound(services, request, making, replaced);
    if (next === "again") continue;
    if (next === "afresh" || "job" in next) return next;
    replaced = { replaced: next.cancelled };
  }
  throw contended();
}

async function oneRound(
  services: SharedScheduling,
  request: AcceptedRequest,
  making: Making,
  replaced: Shared,
): Promise<Outcome | { cancelled: string } | Lost> {
  const { key, id } = making;
  const holder = await services.sharedKeys.get(key);
  const { current, holding } = await jobsOf(services, holder, key);
  // Read after the job, so that an answer which was kept before that job came into being is seen.
  const before = id === undefined ? {} : await answeredBefore(services, request, id);
  if (before.outcome) return before.outcome;
  if (request.passed) throw invalidRequest(request.passed);
  const own = id === undefined ? undefined : await ownJob(services, id, [current, holding], holder);
  const recorded = own
    ? await ownAgain(services, request, own, id)
    : holding
      ? await share(services, request, { ...making, stale: before.stale }, holding)
      : await make(services, making, { holder, current }, (job) =>
          kept(services, request, id, { job, ...replaced }, before.stale),
        );
  if (typeof recorded === "string" || "cancelled" in recorded) return recorded;
  const outcome = { ...recorded.outcome, ...replaced };
  // Before the job can start: a repetition of the request that comes once it has ended is answered from here.
  const keep = () => kept(services, request, id, outcome, before.stale);
  const end = await recorded.follow(keep);
  return end === "done" ? outcome : end;
}

const kept = async (
  services: SharedScheduling,
  request: AcceptedRequest,
  id: string | undefined,
  outcome: Outcome,
  stale: RequestAnswer | undefined,
) => (id === undefined ? "kept" : keepAnswer(services, request, id, outcome, stale));

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

/** The answer to a request that died, or lost its answer, after it had taken effect. */
const ownAgain = async (services: SharedScheduling, request: AcceptedRequest, own: Job, id: string | undefined) =>
  settled({ job: await answeredAgain(services, own, request, undefined), ...asBefore(own, id) });

/** A job that other requests were added to was not made by this one, as far as the job remembers. */
const asBefore = ({ debounce, idempotency_ids: ids }: Job, id: string | undefined): Shared =>
  debounce && debounce.requests > 1 && ids?.[0] !== id ? { as: "debounced" } : {};

/** What a request does with the job that holds its key. */
async function share(
  services: SharedScheduling,
  request: AcceptedRequest,
  making: Making & { stale: RequestAnswer | undefined },
  holding: Job,
): Promise<Recorded | { cancelled: string } | Lost> {
  if (request.debounce) return addTo(holding, services, request, { ...making, debounce: request.debounce });
  if (request.unique?.on_conflict === "skip") {
    return settled({ job: await answeredAgain(services, holding, request, undefined), as: "skipped" });
  }
  return replace(services, request, holding);
}

/**
 * Adds a request to a debounced job. Its answer is kept first, and counts once the job has the request: the job may end, and others
 * follow it, before the caller asks again.
 */
async function addTo(
  holding: Job,
  services: SharedScheduling,
  request: AcceptedRequest,
  { made, id, stale, debounce }: Making & { stale: RequestAnswer | undefined; debounce: Debouncing },
): Promise<Recorded | Lost> {
  const now = services.clock.now();
  const next = debounced(holding, made, debounce, now);
  const outcome: Outcome = { job: next, as: "debounced" };
  if ((await kept(services, request, id, outcome, stale).catch(rethrow())) === "lost") return "again";
  const written = await services.jobs.replace(next).catch(rethrow(holding.id));
  if (written === "lost") return "again";
  const follow = async () => {
    // One that keeps its place in a line is called there, and has a message otherwise.
    if (!keepsPlace(holding, made, now)) await moved(services, holding, next).catch(rethrow(next.id));
    return "done" as const;
  };
  return { outcome, follow };
}

/**
 * Dispatches a debounced job for its new time. What fails here is repaired by a repetition, or by the reconciler. A message of
 * the old time is dropped by the consumer; only a schedule that is far off is worth a call to delete it.
 */
async function moved(services: SharedScheduling, before: Job, next: Job): Promise<void> {
  const now = services.clock.now();
  if (route(now, before).via === "scheduler") await unschedule(services, before, next);
  if (mayStand(before, now)) await leaveLines(services, before);
  await dispatch(services, next);
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
