import { inputsPrefix } from "../../topology.ts";
import { takesExpressions } from "../expressions/request-input.ts";
import { requestedTexts } from "../expressions/search.ts";
import { isFinished, isKnownJob, type Job } from "../job/job.ts";
import { derivedJobId, newJobId } from "../job/job-id.ts";
import { withTaskToken } from "../job/task-token.ts";
import { type Fault, InternalError, PermanentError, TransientError, traceOf } from "../kernel/errors.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { largestRequest } from "../kernel/sizes.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Gates } from "../ports/gates.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import { newJob } from "../requests/new-job.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { type Dispatching, dispatch } from "./dispatch.ts";
import { jobFields } from "./log-fields.ts";
import { forgetPayload, storePayload } from "./payload.ts";
import { type Searching, takeSearch } from "./take-search.ts";

export interface Scheduling extends Dispatching, Searching {
  jobs: JobStore;
  blobs: BlobStore;
  /** A job that is changed leaves the lines of its limits. */
  gates: Gates;
  log: Log;
}

const retryAfterSeconds = 5;

/** In bytes of JSON: as much as a request over HTTP may have. Other ways in, and the steps of features, could be larger. */
const largestInput = largestRequest;

/**
 * Records a job, then dispatches it. Its receipt may be given once this resolves. A request whose idempotency key was used
 * before answers that job. Throws a RequestError: IDEMPOTENCY_MISMATCH; UNAVAILABLE if AWS refuses for now; INVALID_REQUEST if
 * AWS refuses this request permanently. Any other error is thrown unchanged. If the stored job could not be taken back, the error
 * has its `jobId`; an error that has no such field becomes an InternalError.
 */
export const scheduleJob = async (services: Scheduling, request: AcceptedRequest): Promise<Job> =>
  scheduleMade(services, await prepareJob(services, request), request);

/** Records a job that was made, then dispatches it. Throws as `scheduleJob` does. */
export async function scheduleMade(services: Scheduling, made: Job, request: Asked): Promise<Job> {
  const { job, isNew } = await recordJob(services, made, request);
  if (!isNew) return job;
  try {
    await dispatch(services, job);
  } catch (cause) {
    await undispatched(services, job, cause);
  }
  return job;
}

/** What of a request its answer depends on. */
type Asked = Pick<
  AcceptedRequest,
  "fingerprint" | "written_fingerprint" | "passed" | "step" | "task_token" | "debounce" | "unique"
>;

/** Whether the job of a request gets a random id, which no other job can have. */
export const hasFreshId = ({ idempotency_key, step, schedule }: AcceptedRequest): boolean =>
  step === undefined && schedule === undefined && idempotency_key === undefined;

function newJobIdOf({ product, env, idempotency_key: key, step, schedule }: AcceptedRequest): string {
  const given = step ?? schedule;
  if (given) return given.job_id;
  return key === undefined ? newJobId() : derivedJobId(product.tag, env, key);
}

/** Makes the job of a request and stores its input, but not the job. Throws as `scheduleJob` does, and PAYLOAD_TOO_LARGE. */
export async function prepareJob(services: Scheduling, request: AcceptedRequest): Promise<Job> {
  const id = newJobIdOf(request);
  const writeId = crypto.randomUUID();
  try {
    // The key is unique to this write: another request with the same id must not change the input, and the input is deleted
    // with its job even if a repeated key has given the id to another job meanwhile.
    const key = `${inputsPrefix}${id}/${request.fingerprint}/${writeId}`;
    const input = await storePayload(services.blobs, key, request.input, largestInput);
    const search = request.event.search && (await searchOf(services, request));
    return newJob(request, { id, writeId, now: services.clock.now(), input, search });
  } catch (cause) {
    throw schedulingError(cause);
  }
}

/** The values of its input by which the job of a request is found. */
function searchOf(services: Scheduling, request: AcceptedRequest) {
  const { product, env, event, input, step } = request;
  const isTemplate = takesExpressions(request) && step === undefined;
  return takeSearch(services, { product: product.tag, env, event, input: requestedTexts(event, input, isTemplate) });
}

/** Stores a job, or answers the one that already has its id and dispatches it if need be. Throws as `scheduleJob` does. */
export async function recordJob(services: Scheduling, job: Job, request: Asked): Promise<{ job: Job; isNew: boolean }> {
  if (request.passed) return { job: await madeBefore(services, job, request, request.passed), isNew: false };
  const created = await services.jobs.create(job).catch((cause) => throwUnrecorded(services, job, cause));
  if (created.outcome === "created") return { job, isNew: true };
  if (!sharesInput(created.job, job)) await forgetPayload(services, job.input);
  return { job: await repeated(services, created.job, request), isNew: false };
}

/** Whether two jobs share a stored input: then the stored job is this very one, and only the answer to the write was lost. */
export const sharesInput = (one: Job, other: Job): boolean =>
  "blob" in one.input && "blob" in other.input && one.input.blob === other.input.blob;

/** The job that the same request made earlier, when its times had not passed yet. Throws INVALID_REQUEST if there is none. */
async function madeBefore(services: Scheduling, job: Job, request: Asked, passed: Fault[]): Promise<Job> {
  const existing = await services.jobs.get(job.id).catch((cause) => throwUnrecorded(services, job, cause));
  if (!existing || !sharesInput(existing, job)) await forgetPayload(services, job.input);
  if (!existing) throw invalidRequest(passed);
  return repeated(services, existing, request);
}

/** Takes back a job that was probably not stored, and throws why. */
export async function throwUnrecorded(services: Scheduling, job: Job, cause: unknown): Promise<never> {
  // If the item is not this write any more, it was stored after all, and a repeated request has taken it over.
  const isKept = (await takeBack(services, job, cause)) === "lost";
  throw schedulingError(cause, isKept ? job.id : undefined);
}

/** Takes back a stored job that was not dispatched, and throws why, unless the job has progressed meanwhile. */
export async function undispatched(services: Scheduling, job: Job, cause: unknown): Promise<void> {
  if ((await takeBack(services, job, cause)) === "removed") throw schedulingError(cause);
  // The item is not this write any more: it was dispatched after all and has been claimed, or a repeated request has taken it
  // over. AWS may have refused that request too, and a caller with a receipt relies on a dispatch.
  const held = await services.jobs.get(job.id).catch((again: unknown) => {
    throw schedulingError(again, job.id);
  });
  // The job was taken back after all and the answer was lost: what is stored now is another request's job.
  if (held?.created_at !== job.created_at) throw schedulingError(cause, held?.id);
  try {
    if (!hasStarted(held)) await dispatch(services, held);
  } catch (again) {
    throw schedulingError(again, job.id);
  }
}

/** One that its provider has put off may have lost the message of its next try, so it is dispatched again. */
const hasStarted = (job: Job): boolean => isFinished(job) || job.claims > 0 || job.attempt > 1 || job.run > 1;

/**
 * The error that answers a failure. Only a temporary failure is UNAVAILABLE, because senders repeat such requests. What AWS will
 * never accept is a fault of the request, and everything else is a fault of this system.
 */
export function schedulingError(cause: unknown, jobId?: string): unknown {
  if (cause instanceof TransientError) return schedulingUnavailable(cause, jobId);
  if (cause instanceof PermanentError) return refusedForGood(cause, jobId);
  return jobId === undefined ? cause : new InternalError(jobId, cause);
}

const refusedForGood = (cause: PermanentError, jobId?: string) =>
  new RequestError("INVALID_REQUEST", `AWS will never accept this job (${cause.code}); change the request.`, {
    cause,
    ...(jobId !== undefined && { jobId }),
  });

const schedulingUnavailable = (cause: TransientError, jobId?: string) =>
  new RequestError(
    "UNAVAILABLE",
    jobId === undefined
      ? "AWS did not accept the job, and nothing was kept of it. Try again."
      : "AWS did not accept the job for now; it may still run. Send the same Idempotency-Key again, or ask for the job.",
    { cause, retryAfterSeconds, ...(jobId !== undefined && { jobId }) },
  );

/** Removes a job whose caller gets an error, since the write may have happened although its answer was lost. */
async function takeBack(services: Scheduling, job: Job, cause: unknown): Promise<"removed" | "lost"> {
  const fields = { ...jobFields(job), ...traceOf(cause) };
  if (cause instanceof TransientError) services.log.warn("AWS refused a job for now", fields);
  else services.log.error("a job could not be scheduled", fields);
  try {
    return await services.jobs.remove(job);
  } catch (error) {
    services.log.error("a job that could not be scheduled stays behind", { ...jobFields(job), ...traceOf(error) });
    // A repetition may succeed if one of the two refusals is temporary.
    throw schedulingError(error instanceof TransientError ? error : cause, job.id);
  }
}

const repeated = (services: Scheduling, existing: Job, request: Asked): Promise<Job> =>
  // A step was requested by an earlier decision, at another time, so that its fingerprint differs.
  answeredAgain(services, existing, request, request.step ? undefined : existing.fingerprint);

/**
 * Answers a request with a job that exists, and dispatches it if need be. Throws IDEMPOTENCY_MISMATCH if the request has another
 * fingerprint than `known`; undefined: any fingerprint will do. Otherwise throws as `scheduleJob` does.
 */
export async function answeredAgain(
  services: Scheduling,
  existing: Job,
  request: Asked,
  known: string | undefined,
): Promise<Job> {
  const same = known === undefined || [request.fingerprint, request.written_fingerprint].includes(known);
  if (!same) {
    throw new RequestError("IDEMPOTENCY_MISMATCH", "This idempotency key was used for a different request.", {
      jobId: existing.id,
    });
  }
  try {
    const job = await answering(services, existing, request.task_token);
    if (hasStarted(job) || !isKnownJob(job)) return job;
    // The first request may have failed to dispatch it, or be about to take it back, which the new version forbids.
    const held = { ...job, version: job.version + 1 };
    const isOurs = (await services.jobs.replace(held)) === "replaced";
    const current = isOurs ? held : await services.jobs.get(job.id);
    if (!current) throw takenBack();
    // Not awaited here: what it throws must not be caught and wrapped again.
    if (current.created_at !== job.created_at) {
      // The id of a job that requests share by a key does not say whose job it is: the caller asks again.
      if (request.debounce || request.unique) throw takenBack();
      return repeated(services, current, request);
    }
    // Another repetition may have come first and failed to send its message, and a caller with a receipt relies on one.
    if (!hasStarted(current)) await dispatch(services, current);
    return job;
  } catch (cause) {
    throw schedulingError(cause, existing.id);
  }
}

const takenBack = () => new TransientError("TAKEN_BACK", "the job was taken back meanwhile");

const rounds = 10;

/** Adds the task that asks for the job again. The table's stream shows the new token even if the job is over. */
async function answering(services: Scheduling, existing: Job, token: string | undefined): Promise<Job> {
  let job = existing;
  for (let round = 0; round < rounds; round++) {
    const next = withTaskToken(job, token);
    if (next === job || (await services.jobs.replace(next)) === "replaced") return next;
    const now = await services.jobs.get(job.id);
    if (!now) throw takenBack();
    job = now;
  }
  throw new TransientError("CONTENDED", "the job changes too fast");
}
