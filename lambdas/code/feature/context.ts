import type { Reference } from "../../core/catalog/references.ts";
import type { FunctionLog } from "../define-function.ts";
import type { OutputOf, StandardSchema } from "../standard-schema.ts";

/** The signals of a feature, by their names, with the schemas of what they bring. */
export type Signals = Readonly<Record<string, StandardSchema>>;

/** A duration: milliseconds, or a text such as `"30s"`, `"5m"`, `"2h"` or `"3d"`. */
export type Duration = number | string;

interface Keyed {
  /**
   * The key of the call in the run's log, unlike that of any other call of the run.
   * @default - the event, the tag or the kind of the call, with `#2` for the second
   */
  step?: string;
}

interface Failing<Result> {
  /**
   * Undoes what the call has done, when the run fails afterwards, is cancelled or asks for it. It may call ctx.
   * @default - there is nothing to undo
   */
  undo?: Undo<Result> | null;
  /**
   * Whether the call returns null where it fails.
   * @default false
   */
  allowFail?: boolean;
  /**
   * Whether `rollback: "critical"` of the feature undoes the call.
   * @default false
   */
  critical?: boolean;
}

export type Undo<Result> = (result: Result) => unknown;

export interface RunOptions<Result> extends Keyed, Failing<Result> {
  /**
   * What happens to the job if the run ends before it.
   * @default "cancel"
   */
  onParentEnd?: "cancel" | "abandon";
}

export interface StepOptions<Result> extends Failing<Result> {
  /**
   * How often the step is tried again if it throws. One whose function calls ctx cannot be repeated: its calls can.
   * @default 0
   */
  retries?: number;
  /**
   * How long it waits before that.
   * @default 0
   */
  retryDelay?: Duration;
  /**
   * How long an attempt may take. Above 20 seconds the step is a separate job, which takes a second longer to begin.
   * @default "20s"
   */
  timeout?: Duration;
}

/** What own code knows of the step that it is, and may do for it. */
export interface StepContext {
  /** The same for every attempt: pass it to whatever must not happen twice. */
  idempotencyKey: string;
  /** Aborts when the step is out of time. */
  signal: AbortSignal;
  /** Epoch milliseconds at which that happens. */
  deadline: number;
  log: FunctionLog;
  /** The value of a secret or parameter that the feature's entry in the catalog lists as its `secrets`. */
  secret(reference: Reference): Promise<string>;
}

export interface WaitOptions extends Keyed {
  /**
   * The business key at which messages are taken, such as the number of an order.
   * @default - messages to the run itself
   */
  key?: string | number;
  /**
   * How long it waits at most.
   * @default - 400 days
   */
  timeout?: Duration;
  /**
   * What becomes of the call when its `timeout` is over: it throws a `StepError` with the code `TIMEOUT`, or returns `{ timed_out: true, at }`.
   * @default "fail"
   */
  otherwise?: "fail" | "continue";
}

/** A message that has ended a wait. */
export type Received<Of extends Signals, Name extends keyof Of> = {
  [One in Name]: { signal: One; id: string; at: number; payload: OutputOf<Of[One]>; timed_out?: undefined };
}[Name];

export interface TimedOut {
  timed_out: true;
  at: number;
  signal?: undefined;
}

export interface ApproveOptions extends Keyed {
  title: string;
  /** What the person sees besides. */
  show?: (string | { label?: string; value: string | number | boolean })[];
  /** @default ["approve", "reject"] */
  choices?: string[];
  /** The events that ask. `$Approval{url}` in their inputs is the address at which the recipient decides. */
  ask?: { event: string; input?: unknown } | { event: string; input?: unknown }[];
  timeout?: Duration;
  /**
   * What becomes of the call when its `timeout` is over: one of the choices, or `fail` (with `TIMEOUT`).
   * @default "fail"
   */
  otherwise?: string;
}

export interface Approved {
  choice: string;
  /** The recipient, or the id of an API key. Absent if nobody decided in time. */
  by?: string;
  note?: string;
  at: number;
  timed_out?: true;
}

/** The branch that was first, with what it returned. */
export type Won<Branches> = {
  [Name in keyof Branches]: { winner: Name; value: Awaited<Ended<Branches[Name]>> };
}[keyof Branches];
type Ended<Branch> = Branch extends (...taken: never[]) => infer Result ? Result : Branch;

/** What a feature's handler calls. Everything that it does to the world goes through this. */
export interface FeatureContext<Of extends Signals = Signals> {
  /** The job that runs the feature. */
  readonly jobId: string;
  /** Which run of a recurring job, from 1. */
  readonly runNumber: number;
  /** Which attempt at the run, from 1. */
  readonly attempt: number;
  readonly product: string;
  readonly env: string;
  /** The tag of the feature. */
  readonly featureTag: string;

  /** Runs an event of the product as a job, with its limits, retries and page. Returns the job's result, or throws a `StepError`. */
  run<Result = unknown>(event: string, input?: unknown, options?: RunOptions<Result>): Promise<Result>;
  /** Runs another feature of the product. Returns its output. */
  feature<Result = unknown>(tag: string, input?: unknown, options?: RunOptions<Result>): Promise<Result>;
  /**
   * Runs own code once and keeps its result, which is JSON. A function that calls ctx is a part of the handler instead: its calls have
   * keys of the form `key/event`, and what it returns is kept as a whole.
   */
  step<Result>(
    key: string,
    fn: (step: StepContext) => Result,
    options?: Undo<Awaited<Result>> | StepOptions<Awaited<Result>> | null,
  ): Promise<Awaited<Result>>;
  /** Sleeps for at most 400 days at a time. */
  sleep(duration: Duration, options?: Keyed): Promise<void>;
  /** Sleeps until a time: a Date, epoch milliseconds, or a text with an offset. */
  sleepUntil(time: Date | number | string, options?: Keyed): Promise<void>;
  /** Waits for the first message of one of the feature's signals. */
  waitForSignal<Name extends keyof Of & string>(
    signals: Name | readonly Name[],
    options: WaitOptions & { otherwise: "continue" },
  ): Promise<Received<Of, Name> | TimedOut>;
  waitForSignal<Name extends keyof Of & string>(
    signals: Name | readonly Name[],
    options?: WaitOptions,
  ): Promise<Received<Of, Name>>;
  /** Asks a person, and waits for the decision. */
  approve(options: ApproveOptions): Promise<Approved>;
  /**
   * Waits for the first branch to end, and closes what the others have open: their jobs are cancelled, and they do not go on. A branch is a
   * call of ctx, or a function that makes such calls. (JavaScript's `Promise.race` leaves the losers open.)
   */
  race<Branches extends Readonly<Record<string, Promise<unknown> | (() => unknown)>>>(
    branches: Branches,
  ): Promise<Won<Branches>>;

  /** What the run shows of itself while it lasts. */
  setState(key: string, value: unknown): void;
  getState<Value = unknown>(key: string): Value | undefined;
  /** Notes how far the run has come. `rollback: "to_checkpoint"` of the feature undoes what came after the last one. */
  checkpoint(name: string, data?: unknown): void;
  /** Undoes what the run has done, and ends it: by what it throws, or where that is caught when the handler ends. */
  rollback(reason: string): never;
  /** Ends the run and begins it anew with this input and an empty log: for handlers that go on for ever. Nothing after it runs. */
  continueAs(input: unknown): Promise<never>;

  /** The time of the log, in epoch milliseconds: the same in each replay, as `Date.now()` is in a handler. */
  now(): number;
  /** From 0 to less than 1: the same in each replay, as `Math.random()` is in a handler. */
  random(): number;
  uuid(): string;
  /** Writes lines with the job's id, each once. */
  readonly log: FunctionLog;
}
