import { isWaiting, type Job, type JobMessage } from "../../../core/job/job.ts";
import { holding, isHolding, type Pause, withWakeKept } from "../../../core/job/pause.ts";
import { claimable, isParked } from "../../../core/job/transitions.ts";
import { jobFields, messageFields } from "../../../core/operations/log-fields.ts";
import { dropped } from "../admission/dropped.ts";
import type { Admit, Entering } from "../context.ts";
import { isSuccessor, supersede } from "../successor/successor.ts";

/**
 * Before the gates, since a job that a pause holds must take no slot. Its message may be deleted: the job stays where it is in the
 * index, which is the pause's waiting list in the order of time, and the end of the pause sends another message. Nothing is written,
 * and the attempt is not spent. While nothing is paused this costs no call, only the memory of the process is read.
 */
export const paused: Admit = async (entering) => {
  const { services, engine, message } = entering;
  const { jobs, pauses, clock } = services;
  entering.pauses = await pauses.recent();
  if (!entering.pauses.some((pause) => mayHold(pause, message) && isHolding(pause, clock.now()))) return undefined;
  const job = await jobs.get(message.job_id);
  // Not on to the claim: a request that is repeated may make the job anew meanwhile, with this id and time, and then sends another message.
  if (!job) return dropped({ ...entering, refused: { outcome: "gone" } });
  // The claim sends the message on to the queue of its type, whose policy knows what of it has to be kept.
  if (engine.type !== undefined && job.type !== engine.type) return undefined;
  const pause = holding(await pauses.recent(), job, clock.now());
  if (!pause) return undefined;
  if ((await keepPaused(entering, job)) === "changed") return "again";
  logPaused(entering, job, pause);
  return "left";
};

/** The pause of a limit holds only jobs with limits, and their messages say so: all others are not even read. */
const mayHold = ({ limit }: Pause, { gated }: JobMessage): boolean => limit === undefined || gated === true;

/**
 * Keeps what a message reports that is sent once, so that the end of the pause finds it. A decision that was under way when the pause
 * began notes a wake-up, as it always does; a feature between two decisions, or after one that crashed, moves to the present in the
 * index. The next run of a series, with `cancel_previous`, ends one that waits for another attempt, which starts nothing, and wakes a
 * feature, which then ends. Of other jobs there is nothing to keep.
 */
async function keepPaused(entering: Entering, job: Job): Promise<"kept" | "changed"> {
  const { services, engine, message } = entering;
  const now = services.clock.now();
  const state = claimable(job, message, now);
  if (isWaiting(job) && (await supersede(entering, job))) return "changed";
  const wakes = state === "yes" || (isParked(job) && isSuccessor(services, job, message));
  if (state === "taken") return (await engine.policy.onTaken(services, job)) === "changed" ? "changed" : "kept";
  if (!wakes || (job.wake_at ?? 0) <= now) return "kept";
  return (await services.jobs.replace(withWakeKept(job, now))) === "replaced" ? "kept" : "changed";
}

function logPaused({ services, message }: Entering, job: Job, { id }: Pause): void {
  const { type, product } = job;
  const fields = { ...jobFields(job), ...messageFields(message), pause: id };
  services.log.measure("message held by a pause", { values: { held: 1 }, of: { type, product } }, fields);
}
