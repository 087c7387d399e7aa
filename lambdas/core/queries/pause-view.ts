import type * as z from "zod";
import { isWaiting, type Job } from "../job/job.ts";
import { covers, type Held, isHolding, type Pause, pauseEndOf, pauseOf } from "../job/pause.ts";
import { isParked } from "../job/transitions.ts";
import { defined } from "../kernel/defined.ts";
import type { Services } from "../operations/services.ts";
import type { PauseReferenceSchema, PauseSchema } from "./schemas/pauses.ts";

type PauseView = z.infer<typeof PauseSchema>;
type PauseReference = z.infer<typeof PauseReferenceSchema>;

export function pauseView(pause: Pause, now: number): PauseView {
  const { id, product, env, event, limit, key, reason, by, since, until, drain_per_second, drain } = pause;
  const end = pauseEndOf(pause, now);
  return {
    id,
    product_tag: product,
    reason,
    state: end === undefined ? "active" : "draining",
    since,
    drain_per_second,
    ...defined({ env, event, limit, key, by, until, ended_at: end, released: drain?.sent }),
  };
}

/** The pauses of some, the latest first. */
export async function listPauses(
  { pauses, clock }: Pick<Services, "pauses" | "clock">,
  isShown: (pause: Pause) => boolean,
): Promise<PauseView[]> {
  const now = clock.now();
  const shown = (await pauses.list()).filter(isShown).sort((one, other) => other.since - one.since);
  return shown.map((pause) => pauseView(pause, now));
}

export const pauseReference = ({ id, reason, since, until }: Pause): PauseReference => ({
  pause: id,
  reason,
  since,
  ...defined({ until }),
});

/** The pause that a job waits for, where its time has come and it has not started. */
export function pauseWait(job: Job, pauses: readonly Pause[], now: number): PauseReference | undefined {
  const pause = pauseOf(pauses, job, now);
  return pause && pauseReference(pause);
}

/** The pauses to show with these jobs: they are read only for jobs that a pause may hold. */
export const pausesFor = async (
  { pauses }: Pick<Services, "pauses">,
  jobs: readonly Job[],
): Promise<readonly Pause[]> => (jobs.some((job) => isWaiting(job) || isParked(job)) ? pauses.recent() : []);

/** The pauses that would hold a job at its time, if they last until then. */
export const wouldHold = (pauses: readonly Pause[], job: Held & Pick<Job, "due_at">, now: number): Pause[] =>
  pauses.filter(
    (pause) => covers(pause, job) && isHolding(pause, now) && (pause.until ?? Number.POSITIVE_INFINITY) > job.due_at,
  );
