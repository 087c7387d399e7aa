import type * as z from "zod";
import type { Product, ProductEvent, Registry } from "./catalog.ts";
import type { Fault } from "./errors.ts";
import type { Job, JobType } from "./job.ts";
import type { Room } from "./memory.ts";
import type { BlobStore, Clock, Log, Secrets } from "./ports.ts";
import type { ConsumerServices } from "./services.ts";

/** What a request asks of an event, as a definition may check it beyond its schema. */
export interface InputCheck {
  product: Product;
  env: string;
  event: ProductEvent;
  /** The catalog entry that the event names. */
  target: unknown;
  /** The request's `app`, if it has one. */
  app: string | undefined;
  input: Record<string, unknown>;
}

/**
 * What a job type *is*: pure data and schemas, in `consumers/<type>/definition.ts`. How it runs stands apart, in
 * `execute.ts`, so that nothing but its own consumer bundles its clients. Schemas are made when asked for: a Lambda
 * pays at start only for those it uses.
 */
export interface JobTypeDefinition {
  type: JobType;
  /** One line for the docs and the OpenAPI document. */
  summary: string;
  /** The name that Ductape gives the input's type (docs/design.md 3). */
  requestName: string;
  /** The section of a product that holds the targets of this type, and the field of an event that names one. */
  section: string;
  targetField: string;
  /** The wire shape of `input`. */
  input: () => z.ZodType<Record<string, unknown>>;
  /** The JSON Schema of `input` where a catalog entry says more of it than the type does. */
  inputSchemaOf?: (target: unknown) => Record<string, unknown> | undefined;
  /** A catalog entry of this type's section. */
  target: () => z.ZodType;
  /** The fields that an event of this type has besides the common ones. */
  eventFields: () => z.ZodRawShape;
  /** Checks a target beyond its schema when the catalog loads; pointers are relative to the target. */
  checkTarget?: (target: unknown, product: Product, registry: Registry) => Fault[];
  /** Checks an event against its target when the catalog loads; pointers are relative to the event. */
  checkEvent?: (event: ProductEvent, target: unknown, product: Product) => Fault[];
  /** Checks an input against the catalog when it is requested; pointers are relative to the request. */
  checkInput?: (check: InputCheck) => Fault[];
  /** The names of a target's steps in their order, where it has any. */
  stepNames?: (target: unknown) => string[];
  defaults: { timeout_ms: number; retries: number };
  limits: {
    /** The longest `timeout_ms` a job may ask for; the consumer's Lambda timeout follows from it. */
    max_timeout_ms: number;
    memory_mb: number;
  };
}

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
