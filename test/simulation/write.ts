import type { Job } from "../../lambdas/core/job/job.ts";
import type { Invocation } from "./invocation.ts";

/** A write as it took effect. */
export interface Write {
  by: Invocation;
  before: Job | undefined;
  after: Job;
  /** True time. */
  now: number;
  /** The store as it is: other jobs that a rule asks for. */
  peek: (id: string) => Job | undefined;
}

/** The times of two Lambdas, each of whose clocks may be off (adversary.ts). */
export const clocksApartMs = 6000;
