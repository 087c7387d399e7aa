import { expect } from "@jest/globals";
import type { IndexPosition } from "../../../../lambdas/core/job/index-position.ts";
import { type Job, phaseTime } from "../../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import type { JobStore } from "../../../../lambdas/core/ports/job-store.ts";
import { aJob, noon } from "../../builders.ts";

export const aClaim = (overrides: Partial<Parameters<JobStore["claim"]>[1]> = {}) => ({
  claimId: crypto.randomUUID(),
  now: noon,
  leaseMarginMs: 15_000,
  ...overrides,
});

export const leased = (leaseUntil: number, overrides: Partial<Job> = {}): Job =>
  aJob({
    status: "running",
    claim_id: "another consumer",
    lease_until: leaseUntil,
    started_at: noon - 20_000,
    claims: 1,
    version: 2,
    ...overrides,
  });

/** An id in the given shard, which the last digit of the id chooses. */
export const idInShard = (shard: number): string => newJobId().slice(0, -1) + shard.toString(16);

export const positionOf = (job: Job): IndexPosition => ({ id: job.id, time: phaseTime(job) });

/** Matches the same job, whatever its write_id. */
export const like = (job: Job) => ({ ...job, write_id: expect.any(String) });

/** The store under test, as the tests of a `describe` use it. */
export interface StoreInUse {
  readonly store: JobStore;
  /** Creates the job and returns it. */
  stored: (job: Job) => Promise<Job>;
}
