import type { JobMessage, JobType } from "../../../lambdas/core/job/job.ts";
import type { Scheduler } from "../../../lambdas/core/ports/scheduler.ts";

export interface Schedule {
  /** Epoch seconds. */
  at: number;
  type: JobType;
  message: JobMessage;
}

/** Schedules by name; they never fire. */
export function fakeScheduler(): Scheduler & { schedules: Map<string, Schedule> } {
  const schedules = new Map<string, Schedule>();
  return {
    schedules,
    async schedule(name, at, type, message) {
      if (!schedules.has(name)) schedules.set(name, { at, type, message: structuredClone(message) });
    },
    async unschedule(name) {
      schedules.delete(name);
    },
  };
}
