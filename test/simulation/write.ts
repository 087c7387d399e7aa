import type { Job } from "../../lambdas/core/job/job.ts";
import type { Invocation } from "./invocation.ts";

/** A write that has taken effect. */
export interface Write {
  by: Invocation;
  before: Job | undefined;
  after: Job;
  /** True time. */
  now: number;
  /** Reads other jobs of the store, as they are now. */
  peek: (id: string) => Job | undefined;
  /** All jobs of the store, as they are now. */
  all: () => Job[];
  /** All other jobs of the store. */
  others: (job: Job) => Job[];
}

/** How far the clocks of two Lambdas may differ, since each may be off (invocations.ts). */
export const clocksApartMs = 6000;
