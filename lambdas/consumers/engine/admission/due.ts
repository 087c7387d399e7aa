import { fairGroupOf, type Job, type JobMessage, messageTime } from "../../../core/job/job.ts";
import { arrival } from "../../../core/job/route.ts";
import { claimable } from "../../../core/job/transitions.ts";
import type { Admit, Entering } from "../context.ts";
import { isSuccessor } from "../successor/successor.ts";
import { forward } from "./misdirected.ts";

/**
 * First: nothing that is asked before a job's time is certain at that time. A message that is a moment early waits here; one that is
 * earlier is sent again with the rest of the delay.
 */
export const due: Admit = async (entering) => {
  const { services, engine, message } = entering;
  for (;;) {
    const next = arrival(services.clock.now(), messageTime(message), engine, message.job_id);
    if (next.do === "start") return undefined;
    if (next.do === "resend") return resend(entering, message, next.delaySeconds);
    await services.clock.sleep(next.ms);
  }
};

/** A decision that is under way may park its job once more, for the time that a wake-up is for. */
function isMessageAwaited(job: Job, message: JobMessage, now: number): boolean {
  const state = claimable(job, message, now);
  return state === "yes" || (state === "taken" && message.wake_at !== undefined);
}

/** The job is read for its tenant, since the Scheduler's message has no group. A message that was superseded is dropped. */
async function resend({ services }: Entering, message: JobMessage, delaySeconds: number): Promise<"left"> {
  const { jobs, queue, clock } = services;
  const job = await jobs.get(message.job_id);
  if (!job || !(isMessageAwaited(job, message, clock.now()) || isSuccessor(services, job, message))) return "left";
  if (!queue.reach.has(job.type)) return forward(services, message, job);
  await queue.send(job.type, message, { delaySeconds, group: fairGroupOf(job) });
  return "left";
}
