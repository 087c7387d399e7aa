import { isWaiting, type Job, type JobMessage, type JobType } from "../../core/job/job.ts";
import { holding, isHolding, type Pause, withWakeKept } from "../../core/job/pause.ts";
import { claimable, isParked } from "../../core/job/transitions.ts";
import { jobFields, messageFields } from "../../core/operations/log-fields.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { AttemptPolicy } from "./attempt-policy.ts";
import { isSuccessor, supersede } from "./supersede.ts";

/**
 * Whether a pause holds the job that a message names. The message may then be deleted: the job stays where it is in the index,
 * which is the pause's waiting list in the order of time, and the end of the pause sends another message. Nothing is written,
 * and the attempt is not spent. While nothing is paused this costs no call, only the memory of the process is read.
 */
export async function isHeld(
  services: ConsumerServices,
  message: JobMessage,
  policy: AttemptPolicy,
  type?: JobType,
): Promise<boolean> {
  const { jobs, pauses, clock } = services;
  if (!(await pauses.recent()).some((pause) => mayHold(pause, message) && isHolding(pause, clock.now()))) return false;
  const job = await jobs.get(message.job_id);
  // The claim says why a job that is gone has none. It cannot come back: no other job has its id while its message waits.
  if (!job) return false;
  // The claim sends the message on to the queue of its type, whose policy knows what of it has to be kept.
  if (type !== undefined && job.type !== type) return false;
  const pause = holding(await pauses.recent(), job, clock.now());
  if (!pause) return false;
  if ((await keep(services, message, job, policy)) === "changed") return isHeld(services, message, policy, type);
  report(services, message, job, pause);
  return true;
}

/** The pause of a limit holds only jobs with limits, and their messages say so: all others are not even read. */
const mayHold = ({ limit }: Pause, { gated }: JobMessage): boolean => limit === undefined || gated === true;

/**
 * Keeps what a message reports that is sent once, so that the end of the pause finds it. A decision that was under way when the pause
 * began notes a wake-up, as it always does; a feature between two decisions, or after one that crashed, moves to the present in the
 * index. The next run of a series, with `cancel_previous`, ends one that waits for another attempt, which starts nothing, and wakes a
 * feature, which then ends. Of other jobs there is nothing to keep.
 */
async function keep(
  services: ConsumerServices,
  message: JobMessage,
  job: Job,
  policy: AttemptPolicy,
): Promise<"kept" | "changed"> {
  const now = services.clock.now();
  const state = claimable(job, message, now);
  if (isWaiting(job) && (await supersede(services, job, message, policy))) return "changed";
  const wakes = state === "yes" || (isParked(job) && isSuccessor(services, job, message));
  if (state === "taken") return (await policy.onTaken(services, job)) === "changed" ? "changed" : "kept";
  if (!wakes || (job.wake_at ?? 0) <= now) return "kept";
  return (await services.jobs.replace(withWakeKept(job, now))) === "replaced" ? "kept" : "changed";
}

function report({ log }: ConsumerServices, message: JobMessage, job: Job, { id }: Pause): void {
  const { type, product } = job;
  const fields = { ...jobFields(job), ...messageFields(message), pause: id };
  log.measure("message held by a pause", { values: { held: 1 }, of: { type, product } }, fields);
}
