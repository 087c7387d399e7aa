import type { Job, JobMessage, JobType, Phase } from "./job.ts";
import type { JobEvent } from "./job-event.ts";
import type { Reference } from "./references.ts";
import type { Counts } from "./stats.ts";

/** Time is an argument: the only source of `now`, and the only thing that waits. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Claim {
  /** Fresh and random: the fencing token. */
  claimId: string;
  now: number;
  /** The lease ends at `now + the job's timeout_ms + leaseMarginMs`. */
  leaseMarginMs: number;
}

export type ClaimOutcome =
  | { outcome: "claimed"; job: Job }
  /** Another consumer holds a live lease on this attempt. */
  | { outcome: "taken" }
  /** Finished, cancelled, paused, rescheduled, superseded or deleted: the message means nothing any more. */
  | { outcome: "gone" };

export interface Page {
  /** `time` is what the phase is sorted by: due_at while pending, finished_at after. */
  jobs: { id: string; time: number }[];
  /** Where the next page starts; absent on the last one. */
  next?: string;
}

/** Jobs, one item each, changed by single-item conditional writes only. Every method either took effect or throws. */
export interface JobStore {
  /** Stores a new job, or answers the one that already has its id. */
  create(job: Job): Promise<{ outcome: "created" } | { outcome: "exists"; job: Job }>;
  get(id: string): Promise<Job | undefined>;
  /** The jobs with these ids, at most 100, in no order; one that does not exist is left out. */
  getMany(ids: string[]): Promise<Job[]>;
  /**
   * Makes the caller the owner of the attempt that the message names: status scheduled or queued, or running with a
   * lease that ended before `claim.now`, and the same run, attempt and due_at as the message.
   */
  claim(message: JobMessage, claim: Claim): Promise<ClaimOutcome>;
  /** Writes the next state of a job if it still has the version it was read with, `next.version - 1`; gives it a fresh write_id. */
  replace(next: Job): Promise<"replaced" | "lost">;
  /** Deletes a job if it is still this very write of it. */
  remove(job: Pick<Job, "id" | "version" | "write_id">): Promise<"removed" | "lost">;
  /** One shard of a tenant's jobs in a phase whose time (due_at while pending) is at or before `until`, oldest first. */
  head(
    query: { product: string; env: string; phase: Phase; shard: number; until: number; limit: number },
    after?: string,
  ): Promise<Page>;
}

/** One queue a job type. */
export interface JobQueue {
  /** `delaySeconds` 0 to 900, whole. `group` keeps one tenant's burst from starving another. */
  send(type: JobType, message: JobMessage, options: { delaySeconds: number; group: string }): Promise<void>;
}

/** One-time schedules that deliver a message to the queue of a type. */
export interface Scheduler {
  /** `at` is epoch seconds in the future. A schedule of this name that already exists counts as success. */
  schedule(name: string, at: number, type: JobType, message: JobMessage): Promise<void>;
  /** Deletes a schedule; one that does not exist counts as success. */
  unschedule(name: string): Promise<void>;
}

/** Larger inputs, results and uploads. */
export interface BlobStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** A URL that downloads the blob without credentials for `seconds`. */
  downloadUrl(key: string, seconds: number): Promise<string>;
}

export interface Unpublished {
  /** The event's place in what was to be published. */
  index: number;
  /** Why, in the bus's words; NOT_TRIED where an earlier event of the same job was refused. */
  code: string;
}

/** Where events leave the system. */
export interface EventBus {
  /** Publishes events at least once, those of one job in order; answers the ones that the bus did not take. */
  publish(events: readonly JobEvent[]): Promise<Unpublished[]>;
}

/** What is to be counted in an hour of a tenant. */
export interface HourCounts {
  product: string;
  env: string;
  /** Epoch milliseconds of its beginning. */
  hour: number;
  counts: Counts;
}

/** Counters by product, env and hour, kept for 90 days. */
export interface StatsStore {
  /** Throws when some could not be added; the others are. Adding is not idempotent. */
  add(increments: readonly HourCounts[]): Promise<void>;
  /** The hours from `fromHour` up to, but without, `toHour`, that have any counts, oldest first. */
  read(product: string, env: string, fromHour: number, toHour: number): Promise<Pick<HourCounts, "hour" | "counts">[]>;
}

/** Credentials by reference. */
export interface Secrets {
  /** The value behind the reference; throws a JobError CONFIGURATION_ERROR that names the reference if there is none. */
  resolve(reference: Reference): Promise<string>;
}

/** Structured log lines: identifiers, codes and times, never an input, a result or a secret. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
