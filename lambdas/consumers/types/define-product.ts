import type * as z from "zod";
import type { Alert, Receiver } from "../../core/catalog/alert-schema.ts";
import type { Hook } from "../../core/catalog/hook-schema.ts";
import type { Limit } from "../../core/catalog/limit.ts";
import type { Session } from "../../core/catalog/session-schema.ts";
import type { TargetGroup } from "../../core/catalog/targets/group.ts";
import type { Webhook } from "../../core/catalog/webhook.ts";
import type { RetryConfig } from "../../core/job/retry-config.ts";
import type { RepeatRequest } from "../../core/requests/repeat-request.ts";
import type { registry } from "./registry.ts";

type Definitions = typeof registry;
type Definition = Definitions[keyof Definitions];

interface CommonEvent {
  description?: string;
  /** Further attempts after the first, 0 to 20. Default: the type's. */
  retries?: number;
  retry_config?: RetryConfig;
  /** Milliseconds that one attempt may take. Default: the type's. */
  timeout_ms?: number;
  /** Evaluates the expressions in the input of a request. Default: false, and a value that is an expression is refused. */
  expressions?: boolean;
  /** The default of a request's `fairness_key`: a string, or one reference into its input such as `$Input{customer}`. */
  fairness_key?: string;
  /**
   * The parts of inputs and results that nobody is shown: JSON pointers, such as `/body/card` or `/items/<any>/card` with `*` for
   * any. Default: none.
   */
  redact?: string[];
  /**
   * The values by which its jobs are found, at most 5: a reference such as `$Input{body}{order}` or `$Result{body}{id}`, or one with what is
   * special about it. Default: none.
   */
  search?: Record<string, string | SearchedValue>;
  /** The names of the product's `limits` that an attempt must pass, at most 4. Default: none. */
  limits?: string[];
  /** Whole seconds of head start in the lines of limits, -3600 to 3600, unless a request says otherwise. Default: 0. */
  priority?: number;
}

interface SearchedValue {
  /** The reference. */
  value: string;
  /** Only a keyed hash of it is kept. Needed for a value that `redact` hides. Default: false. */
  sealed?: boolean;
  /** Whether keys without `jobs:input` may search by it. Default: false. */
  public?: boolean;
}

type EventOf<D extends Definition> = D extends Definition
  ? { type: D["type"] } & z.input<z.ZodObject<ReturnType<D["event"]>>> & CommonEvent
  : never;

/** An entry may be a group of others of its section: `{ fallback: [...] }` or `{ quota: [...] }`. A feature stands alone. */
type EntryOf<D extends Definition> =
  | z.input<ReturnType<D["target"]>>
  | (D["type"] extends "feature" ? never : TargetGroup);

type Sections = { [D in Definition as D["section"]]?: Record<string, EntryOf<D>> };

/** A recurring job as code: a request without its product, with the fields of `repeat` among its own. */
export interface ScheduleDefinition extends Omit<RepeatRequest, "limit" | "end_date" | "except"> {
  /** The event to run. */
  event: string;
  /** The env in which it runs, or several with a job each. */
  env: string | readonly string[];
  /** The input of every run. */
  input: Record<string, unknown>;
  description?: string;
  /** Dates, and names of the product's calendars, on whose days it does not run. */
  except?: readonly string[];
  app?: string;
  /** Further attempts after the first, 0 to 20. Default: the event's. */
  retries?: number;
  retry_config?: RetryConfig;
  /** Milliseconds that one attempt may take. Default: the event's. */
  timeout_ms?: number;
  labels?: readonly string[];
  fairness_key?: string;
}

/** A value that JSON can write. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };

/** A product, written in `products/<tag>.ts`. */
export interface ProductDefinition extends Sections {
  /** The `product_tag` of requests. */
  tag: string;
  name?: string;
  /** The slugs of its environments. */
  envs: readonly string[];
  /** Its events by tag. */
  jobs: Record<string, EventOf<Definition>>;
  /** What `$Variable{name}` stands for, by env and name: JSON values, no credentials. */
  variables?: Record<string, Record<string, Json>>;
  /** What `$Constant{name}` stands for, in every env: JSON values, no credentials. */
  constants?: Record<string, Json>;
  /** How many attempts may run at a time, or start per period, for each value of a key. Shared by the events that name the limit. */
  limits?: Record<string, z.input<typeof Limit>>;
  /** Days by calendar (`YYYY-MM-DD`), on which series that name the calendar in `repeat.except` do not run. */
  calendars?: Record<string, readonly string[]>;
  /** Recurring jobs as code, by name: a deployment makes, changes and ends them. */
  schedules?: Record<string, ScheduleDefinition>;
  /** The endpoints that receive events of its jobs over HTTP, by a name of your choice. */
  webhooks?: Record<string, Webhook>;
  /** What providers deliver over HTTP, by a name of your choice: how it is verified, and which job or signal it becomes. */
  hooks?: Record<string, Hook>;
  /** Who is told by alerts, by a name of your choice: a channel of Slack or a webhook by its URL, or an event with an input. */
  receivers?: Record<string, Receiver>;
  /** What receivers are told: causes for which attempts begin to fail, and schedules whose runs do not complete. */
  alerts?: Record<string, Alert>;
  /** The tokens that requests may bring with `session`, and how they are checked: `$Session{tag}{claim}` refers to their claims. */
  sessions?: Record<string, Session>;
}

/** Types a product. What types cannot express is checked at synth, at local start and in the tests (`checkCatalog`). */
export const defineProduct = <const P extends ProductDefinition>(product: P): P => product;
