import type { Reference } from "../core/catalog/references.ts";
import { refuseOthers } from "./refuse-others.ts";
import type { OutputOf, StandardSchema } from "./standard-schema.ts";

/** Writes lines that can be found by the job. */
export interface FunctionLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What a function knows of the job that it runs, and may do for it. */
export interface FunctionContext {
  jobId: string;
  /** Which run of a recurring job, from 1. */
  run: number;
  /** Which attempt at the run, from 1. */
  attempt: number;
  product: string;
  env: string;
  event: string;
  /** The same for every attempt of a run: pass it to whatever must not happen twice. */
  idempotencyKey: string;
  /** Aborts when the attempt is out of time. */
  signal: AbortSignal;
  /** Epoch milliseconds at which that happens. */
  deadline: number;
  /**
   * The value of a secret or parameter that the function's entry in the catalog lists as its `secrets`.
   * @example await ctx.secret(secret("shop/stripe#key"))
   */
  secret(reference: Reference): Promise<string>;
  log: FunctionLog;
  /** Reports how far the function has come: any JSON value. The last one is shown with the job, and is `lastProgress` of the next attempt. */
  progress(value: unknown): void;
  /** What an earlier attempt of this run has reported last. */
  lastProgress: unknown;
  /**
   * The headers that put what the function calls into the trace of the attempt: `traceparent` and `tracestate` of W3C Trace Context. Empty if the job has no trace.
   * @example await fetch(url, { headers: ctx.trace })
   */
  trace: Readonly<Record<string, string>>;
}

/** A function of your own, which jobs run. */
export interface CodeFunction<
  Schema extends StandardSchema | undefined = StandardSchema | undefined,
  Input = never,
  Result = unknown,
> {
  readonly kind: "ductape-jobs.function";
  readonly input: Schema;
  readonly run: (input: Input, ctx: FunctionContext) => Result;
}

/**
 * Defines a function that jobs run. What it throws fails the attempt; an error with `retryable: false` is not retried, and one with
 * `retryAfter` (milliseconds, `"30s"` or a Date) not before that. What it returns is the job's result: any JSON value.
 * @example
 * export const price = defineFunction({
 *   input: z.object({ sku: z.string() }),
 *   async run({ sku }, ctx) {
 *     ctx.log.info("looking up a price", { sku });
 *     return { total: 1999 };
 *   },
 * });
 */
export function defineFunction<Schema extends StandardSchema, Result>(definition: {
  /** Checks the payload of a job, and makes of it what `run` takes: a schema of Zod, Valibot, ArkType or any other Standard Schema. */
  input: Schema;
  run: (input: OutputOf<Schema>, ctx: FunctionContext) => Result;
}): CodeFunction<Schema, OutputOf<Schema>, Result>;
export function defineFunction<Result, Input = unknown>(definition: {
  run: (input: Input, ctx: FunctionContext) => Result;
}): CodeFunction<undefined, Input, Result>;
export function defineFunction(definition: {
  input?: StandardSchema;
  run: (input: never, ctx: FunctionContext) => unknown;
}): CodeFunction {
  refuseOthers("defineFunction", definition, ["input", "run"]);
  const { input, run } = definition;
  if (typeof run !== "function")
    throw new TypeError("defineFunction needs `run`, a function: async run(input, ctx) { ... }");
  if (input !== undefined && typeof input["~standard"]?.validate !== "function")
    throw new TypeError("defineFunction: `input` is no Standard Schema, such as one of Zod, Valibot or ArkType.");
  return { kind: "ductape-jobs.function", input, run };
}

/** Whether a module's export is a function that jobs can run. */
export const isCodeFunction = (value: unknown): value is CodeFunction =>
  typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "ductape-jobs.function";
