import type * as z from "zod";
import type { Fault } from "../errors.ts";
import type { JobType } from "../job/job.ts";
import type { Access } from "./access.ts";
import type { commonEventFields } from "./event-fields.ts";

/** What a request asks of an event, as a definition may check it beyond its schema. */
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
 * What a job type *is*, as everything but the type itself sees it: data and schemas. `defineJobType` makes one in the
 * type's `definition.ts`. How a job runs stands apart, in `execute.ts`, so that only the type's own consumer bundles its
 * clients. Schemas are functions, so that a Lambda pays at start only for those it uses.
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
  input: () => z.ZodType<Record<string, unknown>>;
  /** The JSON Schema of `input` where a catalog entry says more of it than the type does. */
  inputSchemaOf?: (target: unknown) => Record<string, unknown> | undefined;
  /** The fields that an event of this type has besides the common ones. */
  event: () => z.ZodRawShape;
  /** Checks an event against its target when the catalog loads; pointers are relative to the event. */
  checkEvent?: (event: ProductEvent, target: unknown, product: Product) => Fault[];
  /** Checks an input against the catalog when it is requested; pointers are relative to the request. */
  checkInput?: (check: InputCheck) => Fault[];
  /** The names of a target's steps in their order, where it has any. */
  stepNames?: (target: unknown) => string[];
  /** An event of the demo product and an input for it: for the OpenAPI document and the tests. */
  example: { event: string; input: Record<string, unknown> };
  defaults: { timeout_ms: number; retries: number };
  limits: {
    /** The longest `timeout_ms` a job may ask for; the consumer's Lambda timeout follows from it. */
    max_timeout_ms: number;
    memory_mb: number;
  };
}

/** A job type with what is known of its targets at deployment only: no deployed function needs it. */
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

/** A product as the code sees it. Its sections hold the targets by name; only the type that owns one knows its shape. */
export interface Product {
  tag: string;
  name?: string;
  envs: readonly string[];
  jobs: Record<string, ProductEvent>;
  [section: string]: unknown;
}

export type Definitions = { readonly [T in JobType]: JobTypeDefinition };
export type Registry = { readonly [T in JobType]: CheckedJobType };
