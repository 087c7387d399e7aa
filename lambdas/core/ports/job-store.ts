import type { Claim, ClaimOutcome } from "../job/claim.ts";
import type { IndexPosition, Order } from "../job/index-position.ts";
import type { Job, JobMessage, Phase, RunRecord } from "../job/job.ts";
import type { Refused } from "./refused.ts";

/** One shard of a tenant's jobs in a phase, between two times (epoch milliseconds, both inclusive). */
export interface PageQuery {
  product: string;
  env: string;
  phase: Phase;
  shard: number;
  from?: number;
  until?: number;
  order: Order;
  /** 1 to 1000. */
  limit: number;
}

export interface Page {
  jobs: IndexPosition[];
  /** The next page starts after this position. Absent on the last page. */
  next?: IndexPosition;
}

/**
 * Jobs, one item each, changed only by conditional writes of a single item. Every method either takes effect or throws;
 * `createMany` returns this per job.
 */
export interface JobStore {
  /** Over how many partitions of the index a tenant's jobs of a phase may be spread; `page` reads one of them. */
  readonly shards: number;
  /** Stores a new job, or returns the existing one with its id. */
  create(job: Job): Promise<{ outcome: "created" } | { outcome: "exists"; job: Job }>;
  /**
   * Stores new jobs without checking whether their ids exist: only for new random ids, never for derived ones. Returns those
   * that were refused; as after a write that throws, they may have been stored all the same.
   */
  createMany(jobs: Job[]): Promise<Refused[]>;
  get(id: string): Promise<Job | undefined>;
  /** The jobs with these ids (at most 100), each once and in no particular order. Ids that do not exist are left out. */
  getMany(ids: string[]): Promise<Job[]>;
  /**
   * Makes the caller the owner of the attempt that the message names. The job must be of the claim's type, have the run,
   * attempt and due_at of the message, and be scheduled, queued, or running with a lease that ended before `claim.now`.
   */
  claim(message: JobMessage, claim: Claim): Promise<ClaimOutcome>;
  /**
   * Writes the next state of a job with a new write_id, if the job still has the version that was read, `next.version - 1`,
   * and was not deleted and created again under its id: the next state of one that was just created has its write_id. A caller that repeats a write which threw gives the `writeId`, a fresh UUID,
   * so that it recognises the write if that took effect.
   */
  replace(next: Job, writeId?: string): Promise<"replaced" | "lost">;
  /** Deletes a job if it has not changed since this write. */
  remove(job: Pick<Job, "id" | "version" | "write_id">): Promise<"removed" | "lost">;
  /**
   * The jobs of a shard in index order, starting after `after`. That position needs no job: the one that was there may have
   * moved or been deleted.
   */
  page(query: PageQuery, after?: IndexPosition): Promise<Page>;
  /**
   * Stores an ended run of a recurring job. It replaces a stored run of the same number, unless that one belongs to the same
   * job and has a later version, or belongs to a later job with the same id.
   */
  archive(run: RunRecord): Promise<void>;
  /** Deletes an archived run, unless a later job with its id has archived another one of its number. */
  removeRun(run: RunRecord): Promise<void>;
  /** The archived runs of a job by number, starting after `after`, at most 100. `next` is absent on the last page. */
  runs(
    jobId: string,
    query: { limit: number; order: Order },
    after?: number,
  ): Promise<{ runs: RunRecord[]; next?: number }>;
}
