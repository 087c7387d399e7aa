import { holding } from "../../../core/job/pause.ts";
import type { Admit } from "../context.ts";

/**
 * Behind the gates, which may have taken seconds, or longer than what was read of the pauses is good for. The slots stay: another
 * consumer of the same attempt may just have claimed it. If others wait for them, the reconciler frees them.
 */
export const pausedMeanwhile: Admit = async ({ services: { pauses, clock }, pass }) =>
  pass && holding(await pauses.recent(), pass.job, clock.now()) ? "left" : undefined;
