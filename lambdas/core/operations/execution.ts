import type { ProductEvent } from "../catalog/job-type.ts";
import type { Job } from "../job/job.ts";
import type { BlobStore, Clock, Log, Secrets } from "../ports/ports.ts";
import type { Room } from "./memory.ts";
import type { ConsumerServices } from "./services.ts";

/** What an executor is given: one attempt of one job, everything by value or port. */
export interface Execution {
  job: Job;
  /** The input, validated when the job was requested. */
  input: Record<string, unknown>;
  event: ProductEvent;
  /** The catalog entry that the event names; each type knows its own shape. */
  target: unknown;
  /** The same for every attempt of a run: what providers are given to recognise a repetition. */
  idempotencyKey: string;
  /** What an earlier attempt of this run achieved (`JobError.progress`), or a parked job's (`Parked.progress`). */
  progress: unknown;
  /** Aborts at the job's timeout. */
  signal: AbortSignal;
  /** Whoever reads a large answer asks for room first: the other jobs of the batch are in the same process. */
  room: Room;
  secrets: Secrets;
  blobs: BlobStore;
  clock: Clock;
  log: Log;
}

/**
 * Runs one attempt; what it resolves with is the job's result, unless it is `Parked`. Throws a JobError to say how it
 * failed.
 */
export type Execute = (execution: Execution) => Promise<unknown>;

/** An executor that works with jobs itself: a feature's, which starts its steps. */
export type Decide = (execution: Execution, services: ConsumerServices) => Promise<unknown>;

/** What an executor resolves with when its job goes on without it: another message of the same attempt wakes it again. */
export class Parked {
  /** Kept with the job and handed to the next execution as `progress`. */
  readonly progress: unknown;
  /** Epoch milliseconds at which the reconciler wakes the job if nothing else has: a wake-up may be lost. */
  readonly wakeAt: number;

  /** AWS has refused a part of it for now: a message wakes the job again in some seconds. */
  readonly refused: boolean;

  constructor(progress: unknown, wakeAt: number, refused = false) {
    this.progress = progress;
    this.wakeAt = wakeAt;
    this.refused = refused;
  }
}

/** What an executor resolves with when its job is done and its progress is worth showing with the result. */
export class Finished {
  readonly result: unknown;
  readonly progress: unknown;

  constructor(result: unknown, progress: unknown) {
    this.result = result;
    this.progress = progress;
  }
}
