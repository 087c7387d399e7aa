import { JobError } from "../../../core/job/job-error.ts";
import { isUnanswered, unansweredFailed } from "../../../core/job/transitions.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { liveProgress } from "../../../core/operations/live-progress.ts";
import { storePayload } from "../../../core/operations/payload.ts";
import { progressPrefix } from "../../../topology.ts";
import type { Guard } from "../context.ts";

/**
 * Behind what cancels a job, and before what counts crashes: an attempt that was handed over has ended with its lease. What it has reported is
 * kept for the next one, as far as it can be read.
 */
export const unanswered: Guard = async ({ services, job, random, repeating }) => {
  const { called } = job;
  if (!called || !isUnanswered(job)) return undefined;
  const { blobs, clock } = services;
  const of = { ...job, claim_id: called.claim_id };
  const reported = await liveProgress(blobs, of).catch(() => undefined);
  const key = `${progressPrefix}${job.id}/${job.run}/${job.attempt}/${job.claim_id}`;
  const progress = reported && (await repeating(() => storePayload(blobs, key, reported.v)).catch(() => undefined));
  const text = `Its code was called and had not answered when its time of ${job.timeout_ms} ms was over: its process has ended, or its answer was lost.`;
  const error = new JobError("TIMEOUT", text);
  return (before) => unansweredFailed(before, clock.now(), { error, random, ...defined({ progress }) });
};
