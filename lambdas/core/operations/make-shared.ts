import { isFinished, type Job } from "../job/job.ts";
import { newJobId } from "../job/job-id.ts";
import { holdsKey, type KeyHolder, type SharedKey } from "../job/shared-key.ts";
import { dispatch } from "./dispatch.ts";
import { undispatched, unrecorded } from "./schedule-job.ts";
import { keptMs, type Lost, type Making, type Recorded, rethrow, type SharedScheduling } from "./shared-scheduling.ts";

/** The job that a key names, if it exists, and the job that holds the key, if any does. */
export async function jobsOf(
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

/** What the key of a request was found to name. */
interface Found {
  holder: KeyHolder | undefined;
  current: Job | undefined;
}

/**
 * Makes a job under the id that the key names, after moving the key to a new id if the job with that id is over. The answer to its
 * request is kept first, and counts once the job exists: it may end, and others follow it, before the caller asks again.
 */
export async function make(
  services: SharedScheduling,
  { key, made }: Making,
  { holder, current }: Found,
  keep: (job: Job) => Promise<"kept" | "lost">,
): Promise<Recorded | Lost> {
  const free = holder && !current ? holder : { job_id: newJobId(), ...(current && { previous: current.id }) };
  const next = { ...free, token: crypto.randomUUID() };
  const movedAt = services.clock.now();
  // A series has no end that is known, so its key is never forgotten.
  const until = made.repeat ? undefined : Math.max(movedAt, made.due_at) + keptMs.key;
  if ((await services.sharedKeys.move(key, holder?.token, next, until)) === "lost") return "again";
  const job = { ...made, id: next.job_id };
  if ((await keep(job).catch(rethrow())) === "lost") return "again";
  const created = await services.jobs.create(job).catch((cause) => unrecorded(services, job, cause));
  if (created.outcome === "exists") return "again";
  const isLate = services.clock.now() - movedAt > lateMs;
  const check = () => mustYield(services, job, key, isLate ? next : { ...next, job_id: undefined });
  return (await check().catch((cause) => unrecorded(services, job, cause)))
    ? takenBack(services, job)
    : stored(services, job);
}

/** A job that was stored later than this after its key had moved: another one with the id may have come and gone meanwhile. */
const lateMs = 5000;

/**
 * Whether a stored job has to yield: the job that had the key was retried before this one was stored, or the key has moved on.
 * Whoever retries a job looks for a new one after that in turn (`yieldKey`).
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

/** Takes back a job that nobody relies on yet. One that a request was answered with stays. */
async function takenBack(services: SharedScheduling, job: Job): Promise<Recorded | Lost> {
  const removed = await services.jobs.remove(job).catch(rethrow(job.id));
  return removed === "removed" ? "afresh" : stored(services, job);
}

const stored = (services: SharedScheduling, job: Job): Recorded => ({
  outcome: { job },
  async follow() {
    await dispatch(services, job).catch((cause) => undispatched(services, job, cause));
    return "done";
  },
});
