import type * as z from "zod";
import type { JobType } from "../job/job.ts";
import type { Calendars } from "../job/series.ts";
import type { Fault } from "../kernel/errors.ts";
import type { Fields } from "../kernel/fields.ts";
import type { Access } from "./access.ts";
import type { commonEventFields } from "./event-fields.ts";
import type { Limit } from "./limit.ts";

/** The parts of a request that a definition may check beyond the schema of its input. */
export interface InputCheck<Input = Record<string, unknown>, Target = unknown, Event = ProductEvent> {
  product: Product;
  env: string;
  event: Event;
  /** The catalog entry that the event names. */
  target: Target;
  /** The request's `app`, if it has one. */
  app: string | undefined;
  input: Input;
}

/**
 * What everything outside a job type knows of it: data and schemas. `defineJobType` makes one in the type's `definition.ts`. How a
 * job runs is separate, in `execute.ts`, so that only the type's own consumer bundles its clients. The schemas of events
 * and targets are functions, since only the check of a catalog needs them.
 */
export interface JobTypeDefinition {
  type: JobType;
  /** One line for the docs and the OpenAPI document. */
  summary: string;
  /** The name of the input's type in the SDK. */
  requestName: string;
  /** The section of a product that holds the targets of this type, and the field of an event that names one. */
  section: string;
  targetField: string;
  /** The wire shape of `input`. */
  input: z.ZodType<Record<string, unknown>>;
  /** The JSON Schema of `input` if the catalog narrows it further than the type. */
  inputSchemaOf?: (event: ProductEvent, target: unknown) => Record<string, unknown> | undefined;
  /** The names besides its tag that a request may give an event, such as `target:action`, and the fields of the input that a name says. */
  eventNames?: (event: ProductEvent, target: unknown) => EventName[];
  /** The part of the input in which a field of a flat input belongs, for types whose input has parts. */
  partOf?: (event: ProductEvent, target: unknown, field: string) => string;
  /** Whether a call of the target takes a body, for types that make one. If not, an empty body asks for nothing. */
  takesBody?: (event: ProductEvent, target: unknown) => boolean;
  /** Whether an event may run twice, at two targets, as well as once: it only reads, or leaves the same behind. Default: no. */
  isRepeatable?: (event: ProductEvent, target: unknown) => boolean;
  /** Whether the entries of its section stand alone: none of them may be a group of others. Default: no. */
  standsAlone?: true;
  /** The fields of an event of this type besides the common ones. */
  event: () => z.ZodRawShape;
  /** Checks an event against its target when the catalog loads; pointers are relative to the event. */
  checkEvent?: (event: ProductEvent, target: unknown, product: Product) => Fault[];
  /** Checks an input against the catalog when it is requested; pointers are relative to the request. */
  checkInput?: (check: InputCheck) => Fault[];
  /** What an input means that its writer may not expect, for explain; pointers are relative to the request. */
  notesOf?: (check: InputCheck) => Fault[];
  /** The templates of a target in which `$Session` refers to the session of the job, for types that have any. */
  texts?: (target: unknown) => unknown;
  /** A target's steps in the order of the catalog, if it has any. */
  graph?: (target: unknown) => GraphStep[];
  /** The signals that a target's runs may wait for, each with the fields of its payload. Undefined: any payload. */
  signals?: (target: unknown) => Readonly<Record<string, Fields | undefined>>;
  /** Whether the runs of a target may wait for signals that the catalog does not know. Default: no. */
  takesAnySignal?: (target: unknown) => boolean;
  /** Whether a target has steps with an undo. */
  undoes?: (target: unknown) => boolean;
  /** The same steps with all that they say. */
  steps?: (target: unknown) => DefinedStep[];
  /** An event of the demo product and an input for it: for the OpenAPI document and the tests. */
  example: { event: string; input: Record<string, unknown> };
  defaults: { timeout_ms: number; retries: number };
  limits: {
    /** The longest `timeout_ms` of a job; the timeout of the consumer's Lambda follows from it. */
    max_timeout_ms: number;
    memory_mb: number;
  };
}

/** A job type with what is needed of its targets at deployment only. No deployed function needs it. */
export interface CheckedJobType extends JobTypeDefinition {
  /** A catalog entry of this type's section. */
  target: () => z.ZodType;
  /** Checks a target beyond its schema; pointers are relative to the target. */
  checkTarget?: (target: unknown, product: Product, registry: Registry) => Fault[];
  /** What the consumer needs of AWS for a target, besides reading the secrets and parameters that it names. Default: nothing. */
  access?: (target: unknown) => Access[];
}

export interface ProductEvent extends z.infer<z.ZodObject<typeof commonEventFields>> {
  type: JobType;
  [field: string]: unknown;
}

/** A step of a feature as the catalog has it, whether or not it has begun. */
export interface GraphStep {
  /** `sequence.step`, by which the states of the steps are kept. */
  step: string;
  sequence: string;
  /** The tag of the event that the step runs. A wait runs none. */
  event?: string;
  /** The app of the event, as in a request. */
  app?: string;
  /** The signals that a wait takes, or that it is one for time or for the decision of a person. */
  waits_for?: { signals: string[] } | { time: true } | { approval: true };
  /** The steps that must have ended before, as `sequence.step`. */
  depends_on: string[];
  /** Whether the step is skipped unless a condition holds. */
  conditional: boolean;
  /** Milliseconds between the end of those steps and the start of this one. */
  delay?: number;
  /** The feature continues if the step fails. */
  allow_fail?: boolean;
  /** The tag of the event that undoes the step. */
  undo?: string;
  /** Its items are undone one by one. */
  undo_each?: true;
  /** The job of the step goes on when the feature ends. */
  on_parent_end?: "abandon";
  /** The step runs its event for each item of a list, for so many of them at a time. */
  for_each?: { concurrency: number };
}

/** A step of a feature with all that its definition says of it. */
export interface DefinedStep extends GraphStep {
  /** Its input, its conditions and so on, with the full names of the steps that it depends on. */
  says: Record<string, unknown>;
}

export interface EventName {
  name: string;
  input?: Record<string, unknown>;
}

/** A schedule as the catalog has it: a request for a job without its product, whose series stands among its fields. */
export interface CatalogSchedule {
  event: string;
  /** One env, or several with a job each. */
  env: string | readonly string[];
  description?: string;
  [field: string]: unknown;
}

/** A product as the code sees it. Its sections contain the targets by name; only the type of a section knows its shape. */
export interface Product {
  tag: string;
  name?: string;
  envs: readonly string[];
  jobs: Record<string, ProductEvent>;
  /** What `$Variable{name}` stands for, by env and name. */
  variables?: Record<string, Record<string, unknown>>;
  /** What `$Constant{name}` stands for. */
  constants?: Record<string, unknown>;
  /** What its events may be limited to, by name. */
  limits?: Record<string, Limit>;
  /** The days on which series that name a calendar do not run. */
  calendars?: Calendars;
  /** Recurring jobs as code, by name. */
  schedules?: Record<string, CatalogSchedule>;
  [section: string]: unknown;
}

export type Definitions = { readonly [T in JobType]: JobTypeDefinition };
export type Registry = { readonly [T in JobType]: CheckedJobType };
