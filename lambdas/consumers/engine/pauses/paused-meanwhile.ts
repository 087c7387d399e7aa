import { holding } from "../../../core/job/pause.ts";
import type { Admit } from "../context.ts";
import { paused } from "./paused.ts";

/**
 * Behind the gates, which may have taken seconds, or longer than what was read of the pauses is good for. The slots stay: another
 * consumer of the same attempt may just have claimed it. If others wait for them, the reconciler frees them.
 */
export const pausedMeanwhile: Admit = async (entering) => {
  const { services, message, pass } = entering;
  // A job that no gate was asked for could not be claimed when it was read. It may have changed since, and be paused.
  if (!pass) return message.gated ? paused(entering) : undefined;
  return holding(await services.pauses.recent(), pass.job, services.clock.now()) ? "left" : undefined;
};
