import type { ProductEvent } from "../catalog/job-type.ts";
import type { CatalogValues } from "../expressions/values.ts";
import type { HandedTo } from "../job/answer-token.ts";
import type { UndoCounts } from "../job/ending.ts";
import type { Job } from "../job/job.ts";
import type { JobError } from "../job/job-error.ts";
import type { RunWait } from "../job/run-wait.ts";
import type { TraceHeaders } from "../job/trace.ts";
import type { NextDecision } from "../job/transitions.ts";
import type { BlobStore } from "../ports/blob-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { Room } from "./memory.ts";
import type { ConsumerServices } from "./services.ts";

/** The argument of an executor: one attempt of a job, with everything that it needs as a value or a port. */
export interface Execution extends CatalogValues {
  job: Job;
  /** The input, validated when the job was requested; where it had expressions, with their values, validated anew. */
  input: Record<string, unknown>;
  event: ProductEvent;
  /** The catalog entry that the event names. Only the type knows its shape. */
  target: unknown;
  /** The same for every attempt of a run, so that providers can recognise a repetition. */
  idempotencyKey: string;
  /** What goes with each call and message, if the job has a trace. */
  trace?: TraceHeaders;
  /** What an earlier attempt of this run achieved (`JobError.progress`), or a parked job's (`Parked.progress`). */
  progress: unknown;
  /** Aborts at the job's timeout, or at the `timeout_ms` of its group. */
  signal: AbortSignal;
  /** Epoch milliseconds at which the signal aborts: after that it is too late to say what was achieved. */
  deadline: number;
  /** Memory for large responses, which has to be reserved before reading one: the other jobs of the batch share the process. */
  room: Room;
  secrets: Secrets;
  blobs: BlobStore;
  clock: Clock;
  log: Log;
}

/** Runs one attempt and resolves with the job's result, a `Parked` or a `Finished`. Throws a JobError to say how it failed. */
export type Execute = (execution: Execution) => Promise<unknown>;

/** The claim under which an attempt runs. */
interface HeldClaim {
  /**
   * Records progress before something is done that depends on it, and of a run of code, by which code it goes on. Throws a TransientError if
   * the claim is lost.
   */
  record: (progress: unknown, code?: Pick<Job, "bundle">) => Promise<void>;
  /** What the job notes of its waits whenever it is written under this claim. */
  noteWaits: (waits: () => readonly RunWait[]) => void;
  /** Does this once the outcome is recorded. A crash may prevent it. */
  whenRecorded: (work: () => Promise<void>) => void;
  /**
   * Notes that the attempt goes on elsewhere under this claim, and then sends it there. Its end comes by a message (`endCalled`), or the end of
   * the lease fails it. Absent where something here is still to be done with the result.
   */
  handOver?: (send: (handed: HandedTo) => Promise<void>) => Promise<HandedOver>;
}

/** The outcome of an attempt that goes on elsewhere: the job stays claimed, and nothing more is written. */
export class HandedOver {}

export interface AttemptServices extends ConsumerServices {
  claim: HeldClaim;
}

/** An executor that works with jobs itself, as a feature's starts its steps. */
export type ExecuteWithServices = (execution: Execution, services: AttemptServices) => Promise<unknown>;

/** The outcome of a job that has to wait for others: another message of the same attempt wakes it again. */
export class Parked {
  /** Kept with the job and passed to the next execution as `progress`. */
  readonly progress: unknown;
  /** Epoch milliseconds at which the reconciler wakes the job if nothing else has: a wake-up may be lost. */
  readonly wakeAt: number;
  /** When to execute it again, because AWS refused a part of it or since something ends by time. Default: when it is woken. */
  readonly next: NextDecision;

  constructor(progress: unknown, wakeAt: number, next: NextDecision = {}) {
    this.progress = progress;
    this.wakeAt = wakeAt;
    this.next = next;
  }
}

/** The outcome of a run that has failed or was cancelled, and that has nothing to undo, or nothing more. */
export class Ended {
  readonly progress: unknown;
  /** Why it has failed. Absent if the job knows why it ends. */
  readonly error: JobError | undefined;
  readonly undos: UndoCounts | undefined;

  constructor(progress: unknown, { error, undos }: { error?: JobError; undos?: UndoCounts } = {}) {
    this.progress = progress;
    this.error = error;
    this.undos = undos;
  }
}

/** The outcome of an attempt of which nothing has run, since the job's code could not be asked for now: it is made later, however often that happens. */
export class PutOff {
  /** Why, with how long it waits as its `retryAfterMs`. */
  readonly error: JobError;
  /** Whether the run that the job is a step of is to be woken: it asks the same code, and says what it lacks. */
  readonly wakesParent: boolean;

  constructor(error: JobError, { wakesParent }: { wakesParent: boolean }) {
    this.error = error;
    this.wakesParent = wakesParent;
  }
}

/** The outcome of a job that was not executed, because an earlier run has done the same. */
export class Answered {
  readonly result: unknown;
  /** The job whose result it is. */
  readonly from: string;

  constructor(result: unknown, from: string) {
    this.result = result;
    this.from = from;
  }
}

/** The outcome of a job that is done and whose progress is shown with the result. */
export class Finished {
  readonly result: unknown;
  readonly progress: unknown;

  constructor(result: unknown, progress: unknown) {
    this.result = result;
    this.progress = progress;
  }
}
