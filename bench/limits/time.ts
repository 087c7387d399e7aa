import { systemClock } from "../../lambdas/aws/start/system-clock.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";

/** The time of a run: this machine's, or virtual. */
export interface Time extends Clock {
  /** Runs something after `ms`. Answers what takes that back. */
  after(ms: number, run: () => void): () => void;
}

export const machineTime: Time = {
  ...systemClock,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
