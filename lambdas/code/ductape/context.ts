import type { FunctionLog } from "../define-function.ts";
import type { Duration } from "../feature/context.ts";
import type { transform } from "./transform.ts";

// biome-ignore lint/suspicious/noExplicitAny: handlers that were written for Ductape read results whose types nobody has declared
export type Untyped = any;

type Values = Readonly<Record<string, unknown>>;

export interface DuctapeStepOptions {
  /**
   * Whether the step returns null where it fails.
   * @default false
   */
  allow_fail?: boolean;
  /**
   * How often the step is tried again if it fails, with what it calls.
   * @default 0
   */
  retries?: number;
  /**
   * How long it waits before that.
   * @default 1000
   */
  retry_delay?: Duration;
  /** Another name of `retry_delay`. */
  retry_interval?: Duration;
  /**
   * `exponential` doubles the delay with each retry.
   * @default "fixed"
   */
  retry_backoff?: "fixed" | "linear" | "exponential";
  /**
   * How long an attempt may take.
   * @default - as long as what it calls; 20 seconds for own code
   */
  timeout?: Duration;
  /**
   * Whether the strategy `critical_only` rolls the step back.
   * @default false
   */
  critical?: boolean;
}

/** What each call of an event may have besides. */
export interface CallFields {
  /**
   * How often the event is run again after its job has failed with its own retries. Each of those jobs sends the same `Idempotency-Key`.
   * @default 0
   */
  retries?: number;
  /**
   * How long the job may take.
   * @default - the event's own
   */
  timeout?: Duration;
}

export interface ActionCall extends CallFields {
  /** `app:event` is the event. Without an app: the tag of an event. */
  app?: string;
  event?: string;
  action?: string;
  /** Nested (`{ body: {...} }`), flat, or with prefixes (`"params:id"`). */
  input?: Values;
}

export interface DatabaseCall extends CallFields {
  /** `database:event` is the event. Without a database: the tag of an event. */
  database?: string;
  event?: string;
  action?: string;
  /** The values of the action's placeholders, or a list of rows. */
  data?: Values | readonly Values[];
  /** Values like `data`. */
  params?: Values;
  /** The values of placeholders that begin with `filter.`. */
  where?: Values;
  filter?: Values;
  query?: Values;
  /** The whole input: `{ data, filter }`, or `data` by itself. */
  input?: Values;
}

export interface MessageCall extends CallFields {
  /** `notification:event` is the event. Without a notification: the tag of an event. */
  notification?: string;
  event?: string;
  [content: string]: unknown;
}

export interface StorageCall extends CallFields {
  storage?: string;
  /** The tag of the event. Without it: the storage. */
  event?: string;
  input?: Values;
  [content: string]: unknown;
}

export interface PublishCall extends CallFields {
  /** `broker:event` is the event. */
  broker?: string;
  event: string;
  message?: unknown;
  input?: Values;
  key?: string;
  headers?: Values;
}

export interface ChildOptions extends CallFields {
  /**
   * What happens to the child when the run ends before it: `terminate` and `request_cancel` cancel it.
   * @default "terminate"
   */
  parent_close_policy?: "terminate" | "abandon" | "request_cancel";
}

/** A contract of portable functions, or its name. */
export type Contract = string | { readonly namespace?: string; readonly operations?: object };

/** What has no type has none as a list either. */
type Rows<Row> = 0 extends 1 & Row ? Untyped : Row[];

/** What Ductape's handlers read of a rollback. Here nothing is returned, for the run has ended. */
export interface RolledBack {
  success: boolean;
  rolled_back_steps: string[];
  failed_steps?: { tag: string; error: string }[];
  reason: string;
}

type Call<Data> = <Result = Untyped>(data: Data) => Promise<Result>;

interface Child {
  <Result = Untyped>(childId: string, tag: string, input?: unknown, options?: ChildOptions): Promise<Result>;
  <Input, Output>(childId: string, tag: string, input: Input, options?: ChildOptions): Promise<Output>;
}

/** What a handler in Ductape's spelling calls. */
export interface DuctapeContext<Input = Untyped> {
  readonly input: Input;
  /** The same: a handler is not recorded here, so that there is no other input. */
  readonly sampleInput: Input;

  step<Result>(
    tag: string,
    fn: () => Promise<Result> | Result,
    rollback?: ((result: Result) => unknown) | null,
    options?: DuctapeStepOptions,
  ): Promise<Result>;

  readonly api: { run: Call<ActionCall> };
  readonly action: { run: Call<ActionCall> };
  readonly actions: { run: Call<ActionCall> };
  readonly database: {
    /** Returns the row that the statement returns, a list for several, or else what it has changed. */
    insert: Call<DatabaseCall>;
    /** Returns the rows, documents or items; one where the action reads one, and then without a type of rows. */
    query: <Row = Untyped>(data: DatabaseCall) => Promise<Rows<Row>>;
    update: Call<DatabaseCall>;
    /** Returns whether anything was deleted. */
    delete: Call<DatabaseCall>;
    /** Returns the job's result. */
    execute: Call<DatabaseCall>;
  };
  readonly notification: {
    email: Call<MessageCall>;
    sms: Call<MessageCall>;
    push: Call<MessageCall>;
    send: Call<MessageCall>;
  };
  readonly storage: { upload: Call<StorageCall> };
  readonly publish: { send: Call<PublishCall> };
  readonly messaging: { produce: Call<PublishCall> };
  readonly functions: {
    /** Runs the event whose tag is the operation, with the input as its payload. */
    invoke<Result = Untyped>(contract: Contract, operation: string, input?: unknown): Promise<Result>;
    use(contract: Contract): Readonly<Record<string, <Result = Untyped>(input?: unknown) => Promise<Result>>>;
  };

  sleep(duration: Duration): Promise<void>;
  /** Returns what the message brings, with `_signal`, the signal that it was. Throws a `StepError` with the code TIMEOUT. */
  waitForSignal<Payload = Untyped>(
    signal: string | readonly string[],
    options?: { timeout?: Duration },
  ): Promise<Payload>;
  checkpoint(name: string, data?: unknown): Promise<void>;
  /** Rolls back what the run has done, and ends it: what follows in the handler does not run. */
  triggerRollback(reason: string): Promise<RolledBack>;
  /** Runs another feature, and returns its output. */
  feature: Child;
  workflow: Child;

  readonly when: {
    eq(one: unknown, other: unknown): boolean;
    ne(one: unknown, other: unknown): boolean;
    gt<Value>(one: Value, other: Value): boolean;
    gte<Value>(one: Value, other: Value): boolean;
    lt<Value>(one: Value, other: Value): boolean;
    lte<Value>(one: Value, other: Value): boolean;
    truthy(value: unknown): boolean;
    falsy(value: unknown): boolean;
    and(...conditions: readonly unknown[]): boolean;
    or(...conditions: readonly unknown[]): boolean;
    not(condition: unknown): boolean;
  };
  branch<Then, Else = undefined>(
    condition: unknown,
    ways: { then: () => Then | Promise<Then>; else?: () => Else | Promise<Else> },
  ): Promise<Then | Else>;
  /** One after the other. */
  each<Item, Result>(list: readonly Item[], fn: (item: Item, index: number) => Result): Promise<Awaited<Result>[]>;

  setState(key: string, value: unknown): void;
  getState<Value = Untyped>(key: string): Value | undefined;
  readonly state: Readonly<Record<string, Untyped>>;
  /** What steps have returned, by their tags. */
  readonly steps: Readonly<Record<string, Untyped>>;
  readonly completed_steps: readonly string[];
  readonly current_step: string | null;
  readonly checkpoint_name: string | undefined;
  readonly checkpoint_data: Untyped;

  /** Stands for the catalog's value in the input of an event. */
  variable(app: string, key: string): Untyped;
  constant(app: string, key: string): Untyped;
  default<Value>(value: Value | null | undefined, otherwise: Value): Value;
  readonly transform: typeof transform;
  readonly log: FunctionLog;

  readonly env: string;
  readonly product: string;
  /** The job of the run. */
  readonly feature_id: string;
  readonly feature_tag: string;
  readonly workflow_id: string;
  readonly workflow_tag: string;
  /** Which run of a recurring job it is, and which attempt at it. */
  readonly context: { readonly run: number; readonly attempt: number };
}
