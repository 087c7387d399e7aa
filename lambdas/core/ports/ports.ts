import type { Readable } from "node:stream";
import type { ApiKey } from "../access/api-key.ts";
import type { Reference } from "../catalog/references.ts";
import type { Claim, ClaimOutcome } from "../job/claim.ts";
import type { ImportCursor } from "../job/import-cursor.ts";
import type { IndexPosition, Order } from "../job/index-position.ts";
import type { Job, JobMessage, JobType, Phase, RunRecord } from "../job/job.ts";
import type { Measured } from "../job/measures.ts";
import type { Counts } from "../job/stats.ts";

/*
 * What a port throws, or answers as the cause of a `Refused`, says what to do about it: a TransientError passes, a
 * PermanentError never does. Anything else is a fault of ours or of the deployment.
 */

/** Time is an argument: the only source of `now`, and the only thing that waits. */
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
  /** 1 to 100. */
  limit: number;
}

export interface Page {
  jobs: IndexPosition[];
  /** After which place the next page starts; absent on the last one. */
  next?: IndexPosition;
}

/** One of several writes or sends that AWS did not take, by its place in what was given. */
export interface Refused {
  index: number;
  cause: unknown;
}

/**
 * Jobs, one item each, changed by single-item conditional writes only. Every method either took effect or throws, but
 * for `createMany`, which says so job by job.
 */
export interface JobStore {
  /** Stores a new job, or answers the one that already has its id. */
  create(job: Job): Promise<{ outcome: "created" } | { outcome: "exists"; job: Job }>;
  /**
   * Stores new jobs without asking whether their ids are taken: for fresh random ids only, never for derived ones. Answers
   * those that were refused; what became of them is not known, as with a write that throws.
   */
  createMany(jobs: Job[]): Promise<Refused[]>;
  get(id: string): Promise<Job | undefined>;
  /** The jobs with these ids, at most 100, each once, in no order; one that does not exist is left out. */
  getMany(ids: string[]): Promise<Job[]>;
  /**
   * Makes the caller the owner of the attempt that the message names: status scheduled or queued, or running with a
   * lease that ended before `claim.now`, and the same run, attempt and due_at as the message; of the claim's type.
   */
  claim(message: JobMessage, claim: Claim): Promise<ClaimOutcome>;
  /**
   * Writes the next state of a job if it still has the version it was read with, `next.version - 1`, and is not another one
   * that was created later under its id; gives it a fresh write_id.
   */
  replace(next: Job): Promise<"replaced" | "lost">;
  /** Deletes a job if it is still this very write of it. */
  remove(job: Pick<Job, "id" | "version" | "write_id">): Promise<"removed" | "lost">;
  /**
   * The jobs of a shard in the order of their places, those after `after` only. A place says nothing of the job that had
   * it: it may have moved or vanished, and the page still starts at the very next one.
   */
  page(query: PageQuery, after?: IndexPosition): Promise<Page>;
  /** Keeps a run of a recurring job that has ended. One of the same number is replaced, unless its version is later and its job is the same. */
  archive(run: RunRecord): Promise<void>;
  /** The archived runs of a job by their number, those after `after` only, at most 100. `next` is absent on the last page. */
  runs(
    jobId: string,
    query: { limit: number; order: Order },
    after?: number,
  ): Promise<{ runs: RunRecord[]; next?: number }>;
}

export interface SendOptions {
  /** 0 to 900, whole. */
  delaySeconds: number;
  /** Keeps one tenant's burst from starving another. */
  group: string;
}

/** One queue a job type. */
export interface JobQueue {
  send(type: JobType, message: JobMessage, options: SendOptions): Promise<void>;
  /** Sends any number of messages; answers those that were refused. */
  sendMany(type: JobType, entries: ({ message: JobMessage } & SendOptions)[]): Promise<Refused[]>;
}

/** A queue of messages of one kind. Throws a PermanentError for a message that it will never take. */
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
  /** To be sent with the PUT; its Content-Length every HTTP client sends by itself. Names in lower case. */
  headers: Record<string, string>;
}

/** Larger inputs, results and uploads. */
export interface BlobStore {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Deletes a blob; one that does not exist counts as success. */
  remove(key: string): Promise<void>;
  /**
   * The blob as it arrives, for what is too large to hold; whoever takes it reads it to its end or destroys it. With
   * `rest` only what is from that byte on, and nothing if the blob is another by now than the one with this etag.
   */
  stream(
    key: string,
    rest?: { from: number; etag: string },
  ): Promise<{ body: Readable; bytes: number; contentType?: string } | undefined>;
  /** A URL that downloads the blob without credentials for `seconds`. */
  downloadUrl(key: string, seconds: number): Promise<string>;
  /**
   * A URL that takes one PUT of the blob without credentials for `seconds`, of exactly so many bytes and, where it says one,
   * of that type; a presigned PUT knows no upper limit. A blob that is there already is not replaced.
   */
  uploadUrl(key: string, seconds: number, exactly: { contentType?: string; bytes: number }): Promise<UploadUrl>;
}

/** The imports that are under way, each by the place that it has come to. */
export interface ImportQueue {
  /** Lets an import go on from a place, after 0 to 900 seconds. */
  proceed(place: ImportCursor, delaySeconds: number): Promise<void>;
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

/** The API keys that people have made. */
export interface ApiKeys {
  create(key: ApiKey): Promise<void>;
  /** As it is now, not a moment ago: a key that was revoked is seen so. */
  get(id: string): Promise<ApiKey | undefined>;
  /** All of them, the oldest first; those that have ended for three months more. */
  list(): Promise<ApiKey[]>;
  /** The key after it; one that was revoked before keeps its time. Undefined if there is no such key. */
  revoke(id: string, now: number): Promise<ApiKey | undefined>;
}

/** Credentials by reference. */
export interface Secrets {
  /**
   * The value behind the reference; throws a JobError that names the reference: CONFIGURATION_ERROR if there is none,
   * SERVICE_UNAVAILABLE if AWS does not give it for now. Values are kept for some minutes; `fresh` reads it anew.
   */
  resolve(reference: Reference, options?: { fresh?: boolean }): Promise<string>;
}

/** Where measurements go. One that is not taken is lost: nothing waits for it, and nothing fails by it. */
export interface Metrics {
  /** A log line at level info, whatever the level of the log, from which CloudWatch takes the values as metrics. */
  measure(message: string, measured: Measured, fields?: Record<string, unknown>): void;
}

/** Structured log lines: identifiers, codes and times, never an input, a result or a secret. */
export interface Log extends Metrics {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
