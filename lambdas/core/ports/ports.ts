import type { Readable } from "node:stream";
import type { ApiKey } from "../access/api-key.ts";
import type { Reference } from "../catalog/references.ts";
import type { Calls } from "../flow/calls.ts";
import type { GateName } from "../flow/gate.ts";
import type { Claim, ClaimOutcome } from "../job/claim.ts";
import type { DayFailures, FailureGroup } from "../job/failure-group.ts";
import type { ImportCursor } from "../job/import-cursor.ts";
import type { IndexPosition, Order } from "../job/index-position.ts";
import type { Job, JobMessage, JobType, Phase, RunRecord } from "../job/job.ts";
import type { Measured } from "../job/measures.ts";
import type { Counts } from "../job/stats.ts";

/*
 * The class of an error, whether a port throws it or answers it as the cause of a `Refused`, says what to do: after a
 * TransientError a repetition may succeed, after a PermanentError it never does. Any other error is a fault of ours or of the
 * deployment.
 */

/** The only source of the current time, and the only thing that waits. Tests and the simulation move it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

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

/** One of several writes or sends that AWS refused. `index` is its position among those that were given. */
export interface Refused {
  index: number;
  cause: unknown;
}

/**
 * Jobs, one item each, changed only by conditional writes of a single item. Every method either takes effect or throws;
 * `createMany` answers this per job.
 */
export interface JobStore {
  /** Over how many partitions of the index a tenant's jobs of a phase may be spread; `page` reads one of them. */
  readonly shards: number;
  /** Stores a new job, or answers the existing one with its id. */
  create(job: Job): Promise<{ outcome: "created" } | { outcome: "exists"; job: Job }>;
  /**
   * Stores new jobs without checking whether their ids exist: only for new random ids, never for derived ones. Answers those
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
   * and was not deleted and created again under its id. A caller that repeats a write which threw gives the `writeId`, a fresh UUID,
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
   * job and has a later version.
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

export interface SendOptions {
  /** An integer from 0 to 900. */
  delaySeconds: number;
  /** The fair queue's message group: keeps one tenant's burst from starving another. */
  group: string;
  /** Which limits have called the job. It travels beside the message and not in it. */
  calls?: Calls;
}

/** The queues of jobs, one per type. */
export interface JobQueue {
  /** The types to whose queues this function sends. A consumer is granted few (`reachOf`). */
  readonly reach: ReadonlySet<JobType>;
  send(type: JobType, message: JobMessage, options: SendOptions): Promise<void>;
  /** Sends any number of messages; answers those that were refused. */
  sendMany(type: JobType, entries: ({ message: JobMessage } & SendOptions)[]): Promise<Refused[]>;
}

/** A queue of messages of one kind. Throws a PermanentError for a message that it will never accept. */
export interface MessageQueue<Message> {
  send(message: Message, options: SendOptions): Promise<void>;
  /** Sends any number of messages; answers those that were refused. */
  sendMany(entries: readonly ({ message: Message } & SendOptions)[]): Promise<Refused[]>;
}

/** One-time schedules that deliver a message to the queue of a type. */
export interface Scheduler {
  /** `at` is epoch seconds in the future. A schedule of this name that already exists counts as success. */
  schedule(name: string, at: number, type: JobType, message: JobMessage): Promise<void>;
  /** Deletes a schedule; one that does not exist counts as success. */
  unschedule(name: string): Promise<void>;
}

export interface UploadUrl {
  url: string;
  /** The headers to send with the PUT, in lower case, besides Content-Length, which every HTTP client sends by itself. */
  headers: Record<string, string>;
}

/** Large inputs and results, and uploads. */
export interface BlobStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Deletes a blob; one that does not exist counts as success. */
  remove(key: string): Promise<void>;
  /**
   * The blob as a stream, because it may be too large for memory. The caller reads it to the end or destroys it. With `rest`,
   * starts at that byte, and answers undefined if the blob no longer has this etag.
   */
  stream(
    key: string,
    rest?: { from: number; etag: string },
  ): Promise<{ body: Readable; bytes: number; contentType?: string } | undefined>;
  /** A URL that downloads the blob without credentials for `seconds`. */
  downloadUrl(key: string, seconds: number): Promise<string>;
  /**
   * A URL that accepts a PUT of the blob without credentials for `seconds`, of exactly this many bytes and, if given, of this
   * type; a presigned PUT cannot set an upper limit. It does not replace an existing blob.
   */
  uploadUrl(key: string, seconds: number, exactly: { contentType?: string; bytes: number }): Promise<UploadUrl>;
}

/** The imports in progress, each as a cursor that says how far it has come. */
export interface ImportQueue {
  /** Continues an import at its cursor, after 0 to 900 seconds. */
  proceed(cursor: ImportCursor, delaySeconds: number): Promise<void>;
}

/** Which schedules of the catalog the reconciler has followed. */
export interface SyncedSchedules {
  /** The hash of the schedules that were followed last; another value while that is under way. */
  hash: string;
  /** The ids of the jobs of schedules: those that were made, or may have been. */
  job_ids: string[];
  /**
   * Where the next round goes on if the last one had no time for all: what was being followed, how many of its jobs were looked
   * at, and whether any of these has to be looked at again.
   */
  next?: { hash: string; at: number; isRepeated: boolean };
  /** While that is under way: when the round that wrote this has ended for certain, epoch milliseconds. */
  until?: number;
}

/** One item that outlives deployments, so that what has left the catalog can be cancelled. */
export interface ScheduleStates {
  get(): Promise<SyncedSchedules | undefined>;
  put(state: SyncedSchedules): Promise<void>;
}

/**
 * How far the rounds of the reconciler have come, where one round does not get through the catalog. Both places are where the next
 * round goes on; absent: at the beginning.
 */
export interface RoundPlace {
  /** A partition of overdue jobs. */
  scan?: { product: string; env: string; shard: number } | undefined;
  /** A tenant whose lines are looked after, and the gate after which. */
  lines?: { product: string; env: string; after?: GateName } | undefined;
  /** How many processes in a row have begun here and ended before they came any further. */
  tries: number;
}

/** One item that outlives the reconciler's process. */
export interface RoundPlaces {
  get(): Promise<RoundPlace | undefined>;
  put(place: RoundPlace): Promise<void>;
}

/** What to add to the counters of one hour of a tenant. */
export interface HourCounts {
  product: string;
  env: string;
  /** The beginning of the hour, epoch milliseconds. */
  hour: number;
  counts: Counts;
}

/** Something that is counted once: not if something with its mark was counted a short time ago. */
export interface Counted {
  /** The same each time the stream delivers what is counted. */
  mark: string;
  /** When it was written, epoch milliseconds. */
  written_at: number;
}

/** Counters by product, env and hour, kept for 90 days. */
export interface StatsStore {
  /** Throws if some could not be added; the others are added. */
  add(increments: readonly (HourCounts & Counted)[]): Promise<void>;
  /** The hours from `fromHour` to before `toHour` that have counts, oldest first. */
  read(product: string, env: string, fromHour: number, toHour: number): Promise<Pick<HourCounts, "hour" | "counts">[]>;
  /** The latest hour that has counts; undefined if none has. */
  latest(product: string, env: string): Promise<number | undefined>;
}

/** Failed runs, grouped by cause and day; kept for 90 days. */
export interface Failures {
  /**
   * Adds to groups. Beyond the groups that a day may have, what belongs to a new one is added to the group of other failures.
   * Throws if some could not be added; the others are added.
   */
  add(failures: readonly (DayFailures & Counted)[]): Promise<void>;
  /** The groups of one day, which begins at `day`, in no particular order. */
  read(product: string, env: string, day: number): Promise<FailureGroup[]>;
}

/** The API keys that people have created. */
export interface ApiKeys {
  create(key: ApiKey): Promise<void>;
  /** Reads consistently, so that a revoked key counts as revoked at once. */
  get(id: string): Promise<ApiKey | undefined>;
  /** All keys, oldest first; revoked and expired ones for another three months. */
  list(): Promise<ApiKey[]>;
  /** Answers the revoked key; one that was revoked before keeps its time. Undefined if there is no such key. */
  revoke(id: string, now: number): Promise<ApiKey | undefined>;
}

/** Credentials by reference. */
export interface Secrets {
  /**
   * The value behind the reference. Throws a JobError that names the reference: CONFIGURATION_ERROR if it has no value,
   * SERVICE_UNAVAILABLE if AWS fails for now. Values are cached for some minutes; `fresh` bypasses the cache.
   */
  resolve(reference: Reference, options?: { fresh?: boolean }): Promise<string>;
}

/** Writes metrics. One that cannot be written is lost; nothing waits for it or fails because of it. */
export interface Metrics {
  /** Writes a log line, whatever the log level, from which CloudWatch extracts the values as metrics. */
  measure(message: string, measured: Measured, fields?: Record<string, unknown>): void;
}

/** Structured log lines: identifiers, codes and times, never an input, a result or a secret. */
export interface Log extends Metrics {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
